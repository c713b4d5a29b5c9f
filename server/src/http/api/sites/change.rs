//! `PATCH /api/v1/sites/{id}`.

use actix_web::{patch, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Whole, whole};
use crate::ground::ids::{SiteId, UserId};
use crate::http::State;
use crate::http::api::given::{Given, given, text};
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCustomer;
use crate::http::problem::Problem;
use crate::identity::Place;
use crate::registry::faults;
use crate::registry::sites::{self, SitePatch};
use crate::registry::{Change, Typed as _};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SitePatch)]
struct Patch {
    #[schema(max_length = 100)]
    name: Option<String>,
    /// Null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 200)]
    place: Given<String>,
    /// Null: your organization's.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    time_zone: Given<String>,
    /// Whether nothing may stand there any more. What stands there has to be moved first.
    archived: Option<bool>,
    /// The people who belong there by themselves from now on, all of them.
    #[schema(max_items = 500)]
    people: Option<Vec<UserId>>,
}

/// Change a site
///
/// What its people see follows with their next request.
#[utoipa::path(patch, path = "/sites/{id}", tag = "organisations", security(("token" = [])), request_body = Patch,
    params(("id" = SiteId, Path)), responses((status = 200, body = Whole),
        (status = 409, description = "Another site has this name, or something stands there"), Refused))]
#[patch("/sites/{id}")]
pub(super) async fn change(
    state: web::Data<State>,
    caller: ApiCustomer,
    id: web::Path<SiteId>,
    body: web::Json<Patch>,
) -> Result<web::Json<Whole>, Problem> {
    let Patch {
        name,
        place,
        time_zone,
        archived,
        people,
    } = body.into_inner();
    let (id, scope) = (id.into_inner(), &caller.scope);
    let patch = faults::whole!(SitePatch {
        name: name.map(|name| sites::SiteName::parse("name", &name)).transpose(),
        place: Change::typed("place", text(place.as_ref())),
        time_zone: Change::typed("time_zone", text(time_zone.as_ref())),
        archived: Ok(archived),
    })?;
    sites::change(state.ground(), state.database(), scope, id, &patch).await?;
    if let Some(people) = people {
        let place = Place::Site(id);
        state.identity().set_people(scope, place, &people).await?;
    }
    Ok(web::Json(whole(&state, scope, id).await?))
}
