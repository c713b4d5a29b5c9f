//! `POST /api/v1/hubs/{id}/place`.

use actix_web::{post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Out;
use crate::ground::ids::{CustomerId, HubId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::{hub_moves, hubs};
use crate::tenancy::Scope as _;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HubPlacement)]
struct In {
    /// To whom.
    customer_id: CustomerId,
}

/// Place a hub with a customer
///
/// A distributor places from its own stock with its own customers, an administrator from any stock. It is unclaimed there.
#[utoipa::path(post, path = "/hubs/{id}/place", tag = "hubs", security(("token" = [])), request_body = In,
    params(("id" = HubId, Path)),
    responses((status = 200, body = Out), (status = 409, description = "It is not in stock"), Refused))]
#[post("/hubs/{id}/place")]
pub(super) async fn place(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<HubId>,
    body: web::Json<In>,
) -> Result<web::Json<Out>, Problem> {
    let In { customer_id } = body.into_inner();
    let id = id.into_inner();
    let hub = in_scope!(caller, scope => {
        hub_moves::place(state.ground(), state.database(), scope, id, customer_id).await?;
        scope.run(state.database(), async |tx| hubs::get(tx, id).await).await
    })?;
    Ok(web::Json(hub.into()))
}
