//! `POST /api/v1/hubs/{id}/confirm`.

use actix_web::{post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Out;
use crate::ground::ids::HubId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::hubs;
use crate::tenancy::Scope as _;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HubConfirmation)]
struct In {
    /// The fingerprint that was compared with the hub's own display.
    fingerprint: String,
}

/// Trust a hub's key
///
/// From the next commit on, the hub's readings count.
#[utoipa::path(post, path = "/hubs/{id}/confirm", tag = "hubs", security(("token" = [])), request_body = In,
    params(("id" = HubId, Path)), responses((status = 200, body = Out), Refused))]
#[post("/hubs/{id}/confirm")]
pub(super) async fn confirm(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<HubId>,
    body: web::Json<In>,
) -> Result<web::Json<Out>, Problem> {
    let In { fingerprint } = body.into_inner();
    let id = id.into_inner();
    let hub = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| {
            hubs::confirm(tx, scope, state.ground(), id, &fingerprint).await?;
            hubs::get(tx, id).await
        })
        .await
    })?;
    Ok(web::Json(hub.into()))
}
