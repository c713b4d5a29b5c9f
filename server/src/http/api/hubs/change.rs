//! `PATCH /api/v1/hubs/{id}`.

use actix_web::{patch, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Out;
use crate::ground::enums::HubState;
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
#[schema(as = HubPatch)]
struct Patch {
    /// `active` or `inactive`; an administrator may also set `retired`.
    state: HubState,
}

/// Stop a hub, take it in again, or retire it
#[utoipa::path(patch, path = "/hubs/{id}", tag = "hubs", security(("token" = [])), request_body = Patch,
    params(("id" = HubId, Path)), responses((status = 200, body = Out), Refused))]
#[patch("/hubs/{id}")]
pub(super) async fn change(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<HubId>,
    body: web::Json<Patch>,
) -> Result<web::Json<Out>, Problem> {
    let Patch { state: wanted } = body.into_inner();
    let id = id.into_inner();
    let hub = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| {
            hubs::set_state(tx, scope, id, wanted).await?;
            hubs::get(tx, id).await
        })
        .await
    })?;
    Ok(web::Json(hub.into()))
}
