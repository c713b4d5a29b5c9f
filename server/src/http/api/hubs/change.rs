//! `PATCH /api/v1/hubs/{id}`.

use actix_web::{patch, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Out;
use crate::ground::enums::HubState;
use crate::ground::ids::{HubId, SiteId};
use crate::http::State;
use crate::http::api::given::{Given, given};
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::{CallerScope, in_scope};
use crate::registry::{hubs, sites};
use crate::tenancy::Scope as _;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HubPatch)]
struct Patch {
    /// `active` or `inactive`; an administrator may also set `retired`.
    state: Option<HubState>,
    /// Where it stands, for people of its customer who see all of it; null: nowhere in particular.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<SiteId>)]
    site_id: Given<SiteId>,
}

/// Stop a hub, take it in again, retire it, or say where it stands
#[utoipa::path(patch, path = "/hubs/{id}", tag = "hubs", security(("token" = [])), request_body = Patch,
    params(("id" = HubId, Path)), responses((status = 200, body = Out), Refused))]
#[patch("/hubs/{id}")]
pub(super) async fn change(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<HubId>,
    body: web::Json<Patch>,
) -> Result<web::Json<Out>, Problem> {
    let Patch {
        state: wanted,
        site_id,
    } = body.into_inner();
    let id = id.into_inner();
    if let Some(site) = site_id {
        let CallerScope::Customer(scope) = &caller.scope else {
            return Err(Problem::forbidden(
                "where a hub stands is its customer's own to say",
            ));
        };
        sites::put_hub(state.database(), scope, id, site).await?;
    }
    let hub = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| {
            if let Some(wanted) = wanted {
                hubs::set_state(tx, scope, state.ground(), id, wanted).await?;
            }
            hubs::get(tx, id).await
        })
        .await
    })?;
    Ok(web::Json(hub.into()))
}
