//! `POST /api/v1/devices/{id}/recall`.

use actix_web::{post, web};

use super::Out;
use crate::ground::ids::DeviceId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiAdmin;
use crate::http::problem::Problem;
use crate::registry::{devices, moves};
use crate::tenancy::Scope as _;

/// Recall a device
///
/// From a distributor's stock back into the inventory.
#[utoipa::path(post, path = "/devices/{id}/recall", tag = "devices", security(("token" = [])), params(("id" = DeviceId, Path)),
    responses((status = 200, body = Out), (status = 409, description = "It is somewhere else"), Refused))]
#[post("/devices/{id}/recall")]
pub(super) async fn recall(
    state: web::Data<State>,
    admin: ApiAdmin,
    id: web::Path<DeviceId>,
) -> Result<web::Json<Out>, Problem> {
    let id = id.into_inner();
    moves::recall(state.ground(), state.database(), &admin.scope, id).await?;
    let seen = async |tx: &_| devices::get(tx, id).await;
    let seen = admin.scope.run(state.database(), seen).await?;
    Ok(web::Json(seen.into()))
}
