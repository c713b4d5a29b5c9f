//! `POST /api/v1/distributors`.

use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Out;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::organisation::{AddressIn, drafted};
use crate::http::auth::ApiAdmin;
use crate::http::problem::Problem;
use crate::registry::organisations::{self, Draft};
use crate::tenancy::Scope as _;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DistributorIn)]
struct In {
    name: String,
    /// An IANA time zone; UTC where none is given.
    time_zone: Option<String>,
    /// Its name on paper.
    legal_name: Option<String>,
    address: Option<AddressIn>,
}

/// Add a distributor
///
/// Under a name that no other open distributor has, whatever its case (422, `field` is `name`).
#[utoipa::path(post, path = "/distributors", tag = "organisations", security(("token" = [])), request_body = In,
    responses((status = 201, body = Out), Refused))]
#[post("/distributors")]
pub(super) async fn create(
    state: web::Data<State>,
    admin: ApiAdmin,
    body: web::Json<In>,
) -> Result<HttpResponse, Problem> {
    let In {
        name,
        time_zone,
        legal_name,
        address,
    } = body.into_inner();
    let new = Draft {
        name: Some(Some(&name)),
        time_zone: Some(time_zone.as_deref()),
        legal_name: Some(legal_name.as_deref()),
        ..drafted(address.as_ref())
    }
    .to_new()?;
    let work = async |tx: &_| {
        let id = organisations::create_distributor(tx, &admin.scope, state.ground(), new).await?;
        organisations::distributor(tx, id).await
    };
    let distributor = admin.scope.run(state.database(), work).await?;
    Ok(HttpResponse::Created().json(Out::from(distributor)))
}
