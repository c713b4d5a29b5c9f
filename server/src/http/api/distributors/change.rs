//! `PATCH /api/v1/distributors/{id}`.

use actix_web::{patch, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Out;
use crate::ground::enums::OrganisationState;
use crate::ground::ids::DistributorId;
use crate::http::State;
use crate::http::api::given::{Given, given, text};
use crate::http::api::openapi::Refused;
use crate::http::api::organisation::{AddressIn, drafted};
use crate::http::auth::ApiAdmin;
use crate::http::problem::Problem;
use crate::registry::organisations::{self, DistributorPatch, Draft};
use crate::tenancy::Scope as _;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DistributorPatch)]
struct Patch {
    name: Option<String>,
    /// An IANA time zone.
    time_zone: Option<String>,
    /// Its name on paper; null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    legal_name: Given<String>,
    address: Option<AddressIn>,
    /// A distributor is closed only when all of its customers are.
    state: Option<OrganisationState>,
}

/// Change a distributor
///
/// Renamed or opened again, it needs a name that no other open distributor has, whatever its case (422, `field` is `name`).
#[utoipa::path(patch, path = "/distributors/{id}", tag = "organisations", security(("token" = [])),
    request_body = Patch, params(("id" = DistributorId, Path)), responses((status = 200, body = Out),
        (status = 409, description = "It has open customers and cannot be closed"), Refused))]
#[patch("/distributors/{id}")]
pub(super) async fn change(
    state: web::Data<State>,
    admin: ApiAdmin,
    id: web::Path<DistributorId>,
    body: web::Json<Patch>,
) -> Result<web::Json<Out>, Problem> {
    let Patch {
        name,
        time_zone,
        legal_name,
        address,
        state: wanted,
    } = body.into_inner();
    let id = id.into_inner();
    let draft = Draft {
        name: name.as_deref().map(Some),
        time_zone: time_zone.as_deref().map(Some),
        legal_name: text(legal_name.as_ref()),
        ..drafted(address.as_ref())
    };
    let patch = DistributorPatch {
        organisation: draft.to_patch()?,
        state: wanted,
    };
    let work = async |tx: &_| {
        organisations::change_distributor(tx, &admin.scope, state.ground(), id, patch).await?;
        organisations::distributor(tx, id).await
    };
    let distributor = admin.scope.run(state.database(), work).await?;
    Ok(web::Json(distributor.into()))
}
