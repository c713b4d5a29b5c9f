//! `POST /api/v1/care-teams`.

use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Out, one};
use crate::ground::ids::{SiteId, UserId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCustomer;
use crate::http::problem::Problem;
use crate::identity::Place;
use crate::registry::Typed as _;
use crate::registry::sites::{self, SiteName};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CareTeamIn)]
struct In {
    /// Its own among your care teams.
    #[schema(max_length = 100)]
    name: String,
    /// The sites that it looks after.
    #[serde(default)]
    #[schema(max_items = 200)]
    sites: Vec<SiteId>,
    /// Its people.
    #[serde(default)]
    #[schema(max_items = 500)]
    people: Vec<UserId>,
}

/// Set up a care team
#[utoipa::path(post, path = "/care-teams", tag = "organisations", security(("token" = [])), request_body = In,
    responses((status = 201, body = Out),
        (status = 409, description = "Another care team has this name, or there are 200 already"), Refused))]
#[post("/care-teams")]
pub(super) async fn create(
    state: web::Data<State>,
    caller: ApiCustomer,
    body: web::Json<In>,
) -> Result<HttpResponse, Problem> {
    let In {
        name,
        sites: of,
        people,
    } = body.into_inner();
    let (scope, name) = (&caller.scope, SiteName::parse("name", &name)?);
    let id = sites::create_team(state.ground(), state.database(), scope, &name, &of).await?;
    let team = Place::Team(id);
    state.identity().set_people(scope, team, &people).await?;
    Ok(HttpResponse::Created().json(one(&state, scope, id).await?))
}
