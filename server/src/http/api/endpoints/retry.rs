//! `POST /api/v1/endpoints/{id}/dead-letters/retry`.

use actix_web::{post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::forwarding::EndpointError;
use crate::ground::ids::{DeliveryId, EndpointId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCustomer;
use crate::http::problem::Problem;
use crate::tenancy::Scope as _;

const MOST: usize = 100;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RetryIn)]
struct In {
    /// These deliveries, all or none; 100 at most.
    #[schema(max_items = 100)]
    ids: Option<Vec<DeliveryId>>,
    /// Everything on the shelf.
    #[serde(default)]
    all: bool,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RetryOut)]
struct Out {
    /// Deliveries that are on their way again, under their old `webhook-id`.
    retried: u64,
}

/// Send again what was given up
#[utoipa::path(post, path = "/endpoints/{id}/dead-letters/retry", tag = "endpoints", security(("token" = [])),
    request_body = In, params(("id" = EndpointId, Path)), responses((status = 200, body = Out), Refused))]
#[post("/endpoints/{id}/dead-letters/retry")]
pub(super) async fn retry(
    state: web::Data<State>,
    customer: ApiCustomer,
    id: web::Path<EndpointId>,
    body: web::Json<In>,
) -> Result<web::Json<Out>, Problem> {
    let (id, endpoints) = (id.into_inner(), state.endpoints());
    let retried = match body.into_inner() {
        In { ids: None, all: true } => {
            customer
                .scope
                .run(state.database(), async |tx| endpoints.retry_all(tx, id).await)
                .await?
        }
        In {
            ids: Some(ids),
            all: false,
        } if (1..=MOST).contains(&ids.len()) => {
            let work = async |tx: &_| {
                for delivery in &ids {
                    endpoints.retry(tx, id, *delivery).await?;
                }
                Ok::<_, EndpointError>(ids.len() as u64)
            };
            customer.scope.run(state.database(), work).await?
        }
        In { .. } => return Err(Problem::invalid("ids", "name 1 to 100 deliveries, or all")),
    };
    endpoints.nudge(customer.scope.id(), id).await;
    Ok(web::Json(Out { retried }))
}
