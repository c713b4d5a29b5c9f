//! `DELETE /api/v1/devices/{id}/token`.

use actix_web::{HttpResponse, delete, web};

use crate::ground::ids::DeviceId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::tokens;

/// Revoke a device's token
#[utoipa::path(delete, path = "/devices/{id}/token", tag = "devices", security(("token" = [])),
    params(("id" = DeviceId, Path)), responses((status = 204), Refused))]
#[delete("/devices/{id}/token")]
pub(super) async fn revoke(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<DeviceId>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    in_scope!(caller, scope => tokens::revoke(state.ground(), state.database(), scope, id).await)?;
    Ok(HttpResponse::NoContent().finish())
}
