//! `POST /api/v1/endpoints`.

use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Out;
use crate::forwarding::NewEndpoint;
use crate::ground::enums::EndpointFormat;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCustomer;
use crate::http::problem::Problem;
use crate::tenancy::Scope as _;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EndpointIn)]
struct In {
    /// Where to send; `https://` unless the platform allows otherwise.
    url: String,
    #[schema(max_length = 200)]
    description: Option<String>,
    /// `canonical` where nothing is said.
    format: Option<EndpointFormat>,
    /// Events in one request at most; 1 where nothing is said.
    #[schema(minimum = 1, maximum = 100)]
    batch_max: Option<i16>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = EndpointCreated)]
struct Created {
    #[serde(flatten)]
    endpoint: Out,
    /// The secret of the signature `v1`; shown this once.
    #[schema(example = "whsec_…")]
    secret: String,
}

/// Register an endpoint
///
/// Deliveries are signed by the Standard Webhooks scheme.
#[utoipa::path(post, path = "/endpoints", tag = "endpoints", security(("token" = [])), request_body = In,
    responses((status = 201, body = Created), Refused))]
#[post("/endpoints")]
pub(super) async fn create(
    state: web::Data<State>,
    customer: ApiCustomer,
    body: web::Json<In>,
) -> Result<HttpResponse, Problem> {
    let In {
        url,
        description,
        format,
        batch_max,
    } = body.into_inner();
    let new = NewEndpoint {
        url,
        description: description.unwrap_or_default(),
        format: format.unwrap_or(EndpointFormat::Canonical),
        batch_max: batch_max.unwrap_or(1),
    };
    let made = customer
        .scope
        .run(state.database(), async |tx| {
            state.endpoints().register(tx, new).await
        })
        .await?;
    Ok(HttpResponse::Created().json(Created {
        endpoint: made.endpoint.into(),
        secret: made.secret,
    }))
}
