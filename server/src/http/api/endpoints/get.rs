//! `GET /api/v1/endpoints/{id}`.

use actix_web::{get, web};

use super::Out;
use crate::ground::ids::EndpointId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCustomer;
use crate::http::problem::Problem;
use crate::tenancy::Scope as _;

/// Look at an endpoint
#[utoipa::path(get, path = "/endpoints/{id}", tag = "endpoints", security(("token" = [])),
    params(("id" = EndpointId, Path)), responses((status = 200, body = Out), Refused))]
#[get("/endpoints/{id}")]
pub(super) async fn get(
    state: web::Data<State>,
    customer: ApiCustomer,
    id: web::Path<EndpointId>,
) -> Result<web::Json<Out>, Problem> {
    let id = id.into_inner();
    let endpoint = customer
        .scope
        .run(state.database(), async |tx| state.endpoints().get(tx, id).await)
        .await?;
    Ok(web::Json(endpoint.into()))
}
