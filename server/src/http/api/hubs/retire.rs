//! `POST /api/v1/hubs/{id}/retire`.

use actix_web::{post, web};

use super::Out;
use crate::ground::ids::HubId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiAdmin;
use crate::http::problem::Problem;
use crate::registry::{hub_moves, hubs};
use crate::tenancy::Scope as _;

/// Retire a hub for good
///
/// Wherever it is; nothing that it signs is believed any more.
#[utoipa::path(post, path = "/hubs/{id}/retire", tag = "hubs", security(("token" = [])), params(("id" = HubId, Path)),
    responses((status = 200, body = Out), (status = 409, description = "It is somewhere else"), Refused))]
#[post("/hubs/{id}/retire")]
pub(super) async fn retire(
    state: web::Data<State>,
    admin: ApiAdmin,
    id: web::Path<HubId>,
) -> Result<web::Json<Out>, Problem> {
    let id = id.into_inner();
    hub_moves::retire(state.ground(), state.database(), &admin.scope, id).await?;
    let seen = async |tx: &_| hubs::get(tx, id).await;
    let seen = admin.scope.run(state.database(), seen).await?;
    Ok(web::Json(seen.into()))
}
