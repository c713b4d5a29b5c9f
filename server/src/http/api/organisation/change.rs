//! `PATCH /api/v1/organisation`.

use actix_web::{patch, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{AddressIn, Out, drafted, nobody_s, own};
use crate::http::State;
use crate::http::api::given::{Given, given, text};
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::CallerScope;
use crate::registry::organisations::{self, CustomerPatch, DistributorPatch, Draft};
use crate::tenancy::Scope as _;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrganisationPatch)]
struct Patch {
    name: Option<String>,
    /// An IANA time zone.
    time_zone: Option<String>,
    /// Its name on paper; null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    legal_name: Given<String>,
    address: Option<AddressIn>,
    /// For a customer: whether each of its days is put into the archive before it leaves the history.
    archive: Option<bool>,
}

/// Change the organisation that you work for
///
/// Its new name is not compared with those of others.
#[utoipa::path(patch, path = "/organisation", tag = "organisations", security(("token" = [])), request_body = Patch,
    responses((status = 200, body = Out), Refused))]
#[patch("/organisation")]
pub(super) async fn change(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    body: web::Json<Patch>,
) -> Result<web::Json<Out>, Problem> {
    let Patch {
        name,
        time_zone,
        legal_name,
        address,
        archive,
    } = body.into_inner();
    let draft = Draft {
        name: name.as_deref().map(Some),
        time_zone: time_zone.as_deref().map(Some),
        legal_name: text(legal_name.as_ref()),
        ..drafted(address.as_ref())
    };
    let organisation = draft.to_patch()?;
    match &caller.scope {
        CallerScope::Customer(scope) => {
            let patch = CustomerPatch {
                organisation,
                archive,
                ..CustomerPatch::default()
            };
            let work = async |tx: &_| {
                organisations::change_customer(tx, scope, state.ground(), scope.id(), patch).await
            };
            scope.run(state.database(), work).await?;
        }
        CallerScope::Distributor(_) if archive.is_some() => {
            return Err(Problem::invalid("archive", "is a customer's to choose"));
        }
        CallerScope::Distributor(scope) => {
            let patch = DistributorPatch {
                organisation,
                state: None,
            };
            let work = async |tx: &_| {
                organisations::change_distributor(tx, scope, state.ground(), scope.id(), patch).await
            };
            scope.run(state.database(), work).await?;
        }
        CallerScope::Admin(_) | CallerScope::Finance(_) => return Err(nobody_s()),
    }
    Ok(web::Json(own(&state, &caller).await?))
}
