//! `POST /api/v1/devices/{id}/restock`.

use actix_web::{post, web};

use super::Out;
use crate::ground::ids::DeviceId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::{devices, moves};
use crate::tenancy::Scope as _;

/// Put a returned device into stock
///
/// By whoever has it: its distributor, or the platform.
#[utoipa::path(post, path = "/devices/{id}/restock", tag = "devices", security(("token" = [])),
    params(("id" = DeviceId, Path)),
    responses((status = 200, body = Out), (status = 409, description = "It has not come back"), Refused))]
#[post("/devices/{id}/restock")]
pub(super) async fn restock(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<DeviceId>,
) -> Result<web::Json<Out>, Problem> {
    let id = id.into_inner();
    let device = in_scope!(caller, scope => {
        moves::restock(state.ground(), state.database(), scope, id).await?;
        scope.run(state.database(), async |tx| devices::get(tx, id).await).await
    })?;
    Ok(web::Json(device.into()))
}
