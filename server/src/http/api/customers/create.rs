//! `POST /api/v1/customers`.

use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Out;
use crate::ground::ids::DistributorId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::organisation::{AddressIn, drafted};
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::CallerScope;
use crate::registry::organisations::{self, Draft};
use crate::tenancy::Scope as _;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CustomerIn)]
struct In {
    name: String,
    /// An IANA time zone; UTC where none is given.
    time_zone: Option<String>,
    /// For administrators: the distributor whose portfolio it goes into. A distributor adds to its own.
    distributor_id: Option<DistributorId>,
    /// Its name on paper.
    legal_name: Option<String>,
    address: Option<AddressIn>,
}

/// Add a customer
///
/// Under a name that no other open customer of the portfolio has, whatever its case (422, `field` is `name`).
#[utoipa::path(post, path = "/customers", tag = "organisations", security(("token" = [])), request_body = In,
    responses((status = 201, body = Out), (status = 409, description = "The distributor gets no further customers"),
        Refused))]
#[post("/customers")]
pub(super) async fn create(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    body: web::Json<In>,
) -> Result<HttpResponse, Problem> {
    let In {
        name,
        time_zone,
        distributor_id,
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
    let ground = state.ground();
    let customer = match &caller.scope {
        CallerScope::Admin(scope) => {
            let work = async |tx: &_| {
                let id = organisations::create_customer(tx, scope, ground, new, distributor_id).await?;
                organisations::customer_counted(tx, id).await
            };
            scope.run(state.database(), work).await?
        }
        CallerScope::Distributor(scope) if distributor_id.is_none_or(|id| id == scope.id()) => {
            let work = async |tx: &_| {
                let id = organisations::create_customer_of(tx, scope, ground, new).await?;
                organisations::customer_counted(tx, id).await
            };
            scope.run(state.database(), work).await?
        }
        CallerScope::Distributor(_) => return Err(Problem::not_found("distributor")),
        CallerScope::Finance(_) | CallerScope::Customer(_) => {
            return Err(Problem::forbidden(
                "customers are added by the platform or a distributor",
            ));
        }
    };
    Ok(HttpResponse::Created().json(Out::from(customer)))
}
