//! `POST /api/v1/devices/{id}/allocate`.

use actix_web::{post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Out;
use crate::ground::ids::{DeviceId, DistributorId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiAdmin;
use crate::http::problem::Problem;
use crate::registry::{devices, moves};
use crate::tenancy::Scope as _;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeviceAllocation)]
struct In {
    /// Whose stock it goes into.
    distributor_id: DistributorId,
}

/// Allocate a device to a distributor
///
/// From the platform's inventory into the distributor's stock.
#[utoipa::path(post, path = "/devices/{id}/allocate", tag = "devices", security(("token" = [])), request_body = In,
    params(("id" = DeviceId, Path)),
    responses((status = 200, body = Out), (status = 409, description = "It is not in the inventory"), Refused))]
#[post("/devices/{id}/allocate")]
pub(super) async fn allocate(
    state: web::Data<State>,
    admin: ApiAdmin,
    id: web::Path<DeviceId>,
    body: web::Json<In>,
) -> Result<web::Json<Out>, Problem> {
    let In { distributor_id } = body.into_inner();
    let id = id.into_inner();
    moves::allocate(state.ground(), state.database(), &admin.scope, id, distributor_id).await?;
    let seen = async |tx: &_| devices::get(tx, id).await;
    let seen = admin.scope.run(state.database(), seen).await?;
    Ok(web::Json(seen.into()))
}
