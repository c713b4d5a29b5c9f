//! `GET /api/v1/devices/{id}/label`.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::ground::ids::DeviceId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::http::qr::qr_svg;
use crate::identity::in_scope;
use crate::registry::labels;
use crate::tenancy::Scope as _;

#[derive(Serialize, ToSchema)]
#[schema(as = DeviceLabel)]
struct Out {
    device_id: DeviceId,
    maker: String,
    serial: String,
    model: String,
    /// Who enters it shows that they have the device.
    #[schema(example = "7F3K9-2MXQT")]
    code: String,
    /// Whether the device came back since it was labelled before: that label's code opens nothing any more.
    replaces_earlier: bool,
    /// What the QR code says.
    url: String,
    /// The QR code as one SVG element; null where the address is too long for one.
    #[schema(required)]
    qr_svg: Option<String>,
}

/// See a device's label
///
/// For who has the device in stock. The code is computed, so a label can be printed again.
#[utoipa::path(get, path = "/devices/{id}/label", tag = "devices", security(("token" = [])), params(("id" = DeviceId, Path)),
    responses((status = 200, body = Out), (status = 409, description = "It is not in stock"), Refused))]
#[get("/devices/{id}/label")]
pub(super) async fn label(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<DeviceId>,
) -> Result<web::Json<Out>, Problem> {
    let id = id.into_inner();
    let label = in_scope!(caller, scope => {
        let work = async |tx: &_| labels::label(tx, scope, state.ground(), id).await;
        scope.run(state.database(), work).await
    })?;
    let url = label.url(&state.site().public_url);
    Ok(web::Json(Out {
        device_id: label.device,
        code: label.code.expose(),
        replaces_earlier: label.is_another,
        maker: label.maker,
        serial: label.serial,
        model: label.model,
        qr_svg: qr_svg(&url),
        url,
    }))
}
