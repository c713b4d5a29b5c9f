//! `POST /api/v1/devices/{id}/return`.

use actix_web::{HttpResponse, post, web};

use crate::ground::ids::DeviceId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::moves;

/// Return a device
///
/// A customer gives it back, or its distributor or the platform takes it back, into stock. Nothing that it sends is taken
/// from the next commit on.
#[utoipa::path(post, path = "/devices/{id}/return", tag = "devices", security(("token" = [])), params(("id" = DeviceId, Path)),
    responses((status = 204), (status = 409, description = "No customer has it"), Refused))]
#[post("/devices/{id}/return")]
pub(super) async fn give_back(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<DeviceId>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    in_scope!(caller, scope => moves::give_back(state.ground(), state.database(), scope, id).await)?;
    Ok(HttpResponse::NoContent().finish())
}
