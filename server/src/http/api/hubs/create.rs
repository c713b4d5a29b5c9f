//! `POST /api/v1/hubs`.

use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Out;
use crate::ground::ids::{CustomerId, DistributorId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::{CallerScope, in_scope};
use crate::registry::hubs::{self, HubMaker, NewHub};
use crate::tenancy::Scope as _;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HubIn)]
struct In {
    #[schema(max_length = 64)]
    serial: String,
    #[schema(max_length = 200)]
    name: String,
    /// At whom it stands; without a customer it goes into stock. A customer's own, where it adds one itself.
    customer_id: Option<CustomerId>,
    /// Whose stock it goes into; a customer's own distributor counts over this.
    distributor_id: Option<DistributorId>,
}

/// Add a hub
///
/// An administrator adds hubs for any customer and into any stock, a distributor for its own customers, a customer for
/// itself: a hub is worth nothing until it is claimed with a code that is typed into it.
#[utoipa::path(post, path = "/hubs", tag = "hubs", security(("token" = [])), request_body = In,
    responses((status = 201, body = Out), (status = 409, description = "The customer has a hub of this serial already"), Refused))]
#[post("/hubs")]
pub(super) async fn create(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    body: web::Json<In>,
) -> Result<HttpResponse, Problem> {
    let In {
        serial,
        name,
        customer_id,
        distributor_id,
    } = body.into_inner();
    let maker = match &caller.scope {
        CallerScope::Admin(scope) => HubMaker::Admin(scope),
        CallerScope::Distributor(scope) => HubMaker::Distributor(scope),
        CallerScope::Customer(scope) => HubMaker::Customer(scope),
        CallerScope::Finance(_) => {
            return Err(Problem::forbidden("hubs are not added by finance"));
        }
    };
    let customer_id = match &caller.scope {
        CallerScope::Customer(scope) => Some(customer_id.unwrap_or(scope.id())),
        _ => customer_id,
    };
    let new = NewHub {
        serial,
        name,
        customer: customer_id,
        distributor: distributor_id,
    };
    let id = hubs::create(state.ground(), state.database(), maker, new).await?;
    let hub = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| hubs::get(tx, id).await).await
    })?;
    Ok(HttpResponse::Created().json(Out::from(hub)))
}
