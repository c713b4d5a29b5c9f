//! `POST /api/v1/hubs/{id}/allocate`.

use actix_web::{post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Out;
use crate::ground::ids::{DistributorId, HubId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiAdmin;
use crate::http::problem::Problem;
use crate::registry::{hub_moves, hubs};
use crate::tenancy::Scope as _;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HubAllocation)]
struct In {
    /// Whose stock it goes into.
    distributor_id: DistributorId,
}

/// Allocate a hub to a distributor
///
/// From the platform's inventory into the distributor's stock.
#[utoipa::path(post, path = "/hubs/{id}/allocate", tag = "hubs", security(("token" = [])), request_body = In,
    params(("id" = HubId, Path)),
    responses((status = 200, body = Out), (status = 409, description = "It is not in the inventory"), Refused))]
#[post("/hubs/{id}/allocate")]
pub(super) async fn allocate(
    state: web::Data<State>,
    admin: ApiAdmin,
    id: web::Path<HubId>,
    body: web::Json<In>,
) -> Result<web::Json<Out>, Problem> {
    let In { distributor_id } = body.into_inner();
    let id = id.into_inner();
    hub_moves::allocate(state.ground(), state.database(), &admin.scope, id, distributor_id).await?;
    let seen = async |tx: &_| hubs::get(tx, id).await;
    let seen = admin.scope.run(state.database(), seen).await?;
    Ok(web::Json(seen.into()))
}
