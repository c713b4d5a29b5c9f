//! `POST /api/v1/devices/{id}/retire`.

use actix_web::{post, web};

use super::Out;
use crate::ground::ids::DeviceId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiAdmin;
use crate::http::problem::Problem;
use crate::registry::{devices, moves};
use crate::tenancy::Scope as _;

/// Retire a device
///
/// Out of use for good, wherever it is. Its readings stay with who held it when it measured.
#[utoipa::path(post, path = "/devices/{id}/retire", tag = "devices", security(("token" = [])), params(("id" = DeviceId, Path)),
    responses((status = 200, body = Out), (status = 409, description = "It is somewhere else"), Refused))]
#[post("/devices/{id}/retire")]
pub(super) async fn retire(
    state: web::Data<State>,
    admin: ApiAdmin,
    id: web::Path<DeviceId>,
) -> Result<web::Json<Out>, Problem> {
    let id = id.into_inner();
    moves::retire(state.ground(), state.database(), &admin.scope, id).await?;
    let seen = async |tx: &_| devices::get(tx, id).await;
    let seen = admin.scope.run(state.database(), seen).await?;
    Ok(web::Json(seen.into()))
}
