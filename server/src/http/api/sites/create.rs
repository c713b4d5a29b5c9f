//! `POST /api/v1/sites`.

use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Whole, whole};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCustomer;
use crate::http::problem::Problem;
use crate::registry::sites::{self, NewSite};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SiteIn)]
struct In {
    /// Its own among your sites in use.
    #[schema(max_length = 100)]
    name: String,
    /// Where it is.
    #[schema(max_length = 200)]
    place: Option<String>,
    /// An IANA name; where nothing is said, your organization's.
    time_zone: Option<String>,
}

/// Set up a site
#[utoipa::path(post, path = "/sites", tag = "organisations", security(("token" = [])), request_body = In,
    responses((status = 201, body = Whole),
        (status = 409, description = "Another site has this name, or there are 200 already"), Refused))]
#[post("/sites")]
pub(super) async fn create(
    state: web::Data<State>,
    caller: ApiCustomer,
    body: web::Json<In>,
) -> Result<HttpResponse, Problem> {
    let In {
        name,
        place,
        time_zone,
    } = body.into_inner();
    let new = NewSite::typed(&name, place.as_deref(), time_zone.as_deref())?;
    let id = sites::create(state.ground(), state.database(), &caller.scope, &new).await?;
    Ok(HttpResponse::Created().json(whole(&state, &caller.scope, id).await?))
}
