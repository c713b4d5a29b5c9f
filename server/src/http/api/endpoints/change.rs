//! `PATCH /api/v1/endpoints/{id}`.

use actix_web::{patch, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Out;
use crate::forwarding::EndpointChange;
use crate::ground::enums::{EndpointFormat, EndpointState};
use crate::ground::ids::EndpointId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCustomer;
use crate::http::problem::Problem;
use crate::tenancy::Scope as _;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EndpointPatch)]
struct Patch {
    url: Option<String>,
    #[schema(max_length = 200)]
    description: Option<String>,
    format: Option<EndpointFormat>,
    #[schema(minimum = 1, maximum = 100)]
    batch_max: Option<i16>,
    #[schema(minimum = 1, maximum = 64)]
    max_concurrency: Option<i16>,
    /// `disabled` pauses it: events keep gathering.
    state: Option<EndpointState>,
}

/// Change an endpoint
#[utoipa::path(patch, path = "/endpoints/{id}", tag = "endpoints", security(("token" = [])), request_body = Patch,
    params(("id" = EndpointId, Path)), responses((status = 200, body = Out), Refused))]
#[patch("/endpoints/{id}")]
pub(super) async fn change(
    state: web::Data<State>,
    customer: ApiCustomer,
    id: web::Path<EndpointId>,
    body: web::Json<Patch>,
) -> Result<web::Json<Out>, Problem> {
    let Patch {
        url,
        description,
        format,
        batch_max,
        max_concurrency,
        state: wanted,
    } = body.into_inner();
    let change = EndpointChange {
        url,
        description,
        format,
        batch_max,
        max_concurrency,
        state: wanted,
    };
    let id = id.into_inner();
    let work = async |tx: &_| state.endpoints().change(tx, id, change).await;
    let endpoint = customer.scope.run(state.database(), work).await?;
    state.endpoints().nudge(customer.scope.id(), id).await;
    Ok(web::Json(endpoint.into()))
}
