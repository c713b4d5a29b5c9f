//! `POST /api/v1/endpoints/{id}/rotate-secret`.

use actix_web::{HttpResponse, post, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::ground::ids::EndpointId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCustomer;
use crate::http::problem::Problem;
use crate::tenancy::Scope as _;

#[derive(Serialize, ToSchema)]
#[schema(as = EndpointSecret)]
struct Out {
    /// Shown this once.
    #[schema(example = "whsec_…")]
    secret: String,
}

/// Make a new secret
///
/// For 24 hours, deliveries carry the signatures of the new and of the old one.
#[utoipa::path(post, path = "/endpoints/{id}/rotate-secret", tag = "endpoints", security(("token" = [])),
    params(("id" = EndpointId, Path)), responses((status = 201, body = Out), Refused))]
#[post("/endpoints/{id}/rotate-secret")]
pub(super) async fn rotate(
    state: web::Data<State>,
    customer: ApiCustomer,
    id: web::Path<EndpointId>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let work = async |tx: &_| state.endpoints().rotate_secret(tx, id).await;
    let secret = customer.scope.run(state.database(), work).await?;
    Ok(HttpResponse::Created().json(Out { secret }))
}
