//! `GET /api/v1/devices/{id}`.

use actix_web::{get, web};

use super::Out;
use crate::ground::ids::DeviceId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::devices;
use crate::tenancy::Scope as _;

/// Look at a device
#[utoipa::path(get, path = "/devices/{id}", tag = "devices", security(("token" = [])), params(("id" = DeviceId, Path)),
    responses((status = 200, body = Out), Refused))]
#[get("/devices/{id}")]
pub(super) async fn get(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<DeviceId>,
) -> Result<web::Json<Out>, Problem> {
    let id = id.into_inner();
    let device = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| devices::get(tx, id).await).await
    })?;
    Ok(web::Json(device.into()))
}
