//! `PATCH /api/v1/users/{id}`.

use actix_web::{HttpResponse, patch, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::permissions;
use crate::ground::enums::UserState;
use crate::ground::ids::{CareTeamId, SiteId, UserId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::{BelongingPatch, in_scope};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UserPatch)]
struct Patch {
    state: Option<UserState>,
    /// What they may do from the next request on, instead of what they may do now.
    permissions: Option<Vec<String>>,
    /// Whether they see what stands at their sites and those of their care teams, and nothing else: for who manages both
    /// people and sites, about colleagues who manage neither people nor sites nor the endpoint.
    confined: Option<bool>,
    /// The sites they belong to from now on, all of them; for who manages sites.
    #[schema(max_items = 200)]
    sites: Option<Vec<SiteId>>,
    /// The care teams they are in from now on, all of them; for who manages sites.
    #[schema(max_items = 200)]
    care_teams: Option<Vec<CareTeamId>>,
}

/// Disable a user, enable them again, or change what they may do and see
///
/// Sessions and access tokens of a disabled user stop at once. Nobody changes their own account, or one that may do more
/// than they may themselves.
#[utoipa::path(patch, path = "/users/{id}", tag = "organisations", security(("token" = [])), request_body = Patch,
    params(("id" = UserId, Path)), responses((status = 204), Refused))]
#[patch("/users/{id}")]
pub(super) async fn change(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<UserId>,
    body: web::Json<Patch>,
) -> Result<HttpResponse, Problem> {
    let Patch {
        state: wanted,
        permissions: names,
        confined,
        sites,
        care_teams: teams,
    } = body.into_inner();
    let (id, identity) = (id.into_inner(), state.identity());
    // Who is to manage the whole has to see it first; who is to see a part has to give that away first.
    if confined == Some(false) {
        let patch = BelongingPatch {
            confined,
            ..BelongingPatch::default()
        };
        identity.set_belonging(&caller, id, patch).await?;
    }
    if let Some(names) = names {
        let given = permissions(&names)?;
        in_scope!(caller, scope => identity.set_permissions(&caller, scope, id, given).await)?;
    }
    let patch = BelongingPatch {
        confined: confined.filter(|confined| *confined),
        sites,
        teams,
    };
    if patch != BelongingPatch::default() {
        identity.set_belonging(&caller, id, patch).await?;
    }
    if let Some(wanted) = wanted {
        in_scope!(caller, scope => identity.set_user_state(&caller, scope, id, wanted).await)?;
    }
    Ok(HttpResponse::NoContent().finish())
}
