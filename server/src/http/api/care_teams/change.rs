//! `PATCH /api/v1/care-teams/{id}`.

use actix_web::{patch, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Out, one};
use crate::ground::ids::{CareTeamId, SiteId, UserId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCustomer;
use crate::http::problem::Problem;
use crate::identity::Place;
use crate::registry::Typed as _;
use crate::registry::sites::{self, SiteName, TeamPatch};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CareTeamPatch)]
struct Patch {
    #[schema(max_length = 100)]
    name: Option<String>,
    /// The sites that it looks after from now on, all of them.
    #[schema(max_items = 200)]
    sites: Option<Vec<SiteId>>,
    /// Its people from now on, all of them.
    #[schema(max_items = 500)]
    people: Option<Vec<UserId>>,
}

/// Change a care team
///
/// What its people see follows with their next request.
#[utoipa::path(patch, path = "/care-teams/{id}", tag = "organisations", security(("token" = [])), request_body = Patch,
    params(("id" = CareTeamId, Path)), responses((status = 200, body = Out),
        (status = 409, description = "Another care team has this name"), Refused))]
#[patch("/care-teams/{id}")]
pub(super) async fn change(
    state: web::Data<State>,
    caller: ApiCustomer,
    id: web::Path<CareTeamId>,
    body: web::Json<Patch>,
) -> Result<web::Json<Out>, Problem> {
    let Patch {
        name,
        sites: of,
        people,
    } = body.into_inner();
    let (id, scope) = (id.into_inner(), &caller.scope);
    let patch = TeamPatch {
        name: name.map(|name| SiteName::parse("name", &name)).transpose()?,
        sites: of,
    };
    sites::change_team(state.identity(), state.database(), scope, id, &patch).await?;
    if let Some(people) = people {
        let team = Place::Team(id);
        state.identity().set_people(scope, team, &people).await?;
    }
    Ok(web::Json(one(&state, scope, id).await?))
}
