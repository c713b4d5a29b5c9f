//! `POST /api/v1/orders/{id}/found`.

use actix_web::{post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Whole, whole};
use crate::ground::ids::OrderId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::orders::Arrived;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrderFoundIn)]
struct In {
    #[schema(min_items = 1, max_items = 500)]
    serials: Vec<String>,
}

/// Take in what was missing and arrived after all
#[utoipa::path(post, path = "/orders/{id}/found", tag = "orders", security(("token" = [])), request_body = In, params(("id" = OrderId, Path)), 
    responses((status = 200, body = Whole), (status = 409, description = "The order is over"), Refused))]
#[post("/orders/{id}/found")]
pub(super) async fn found(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<OrderId>,
    body: web::Json<In>,
) -> Result<web::Json<Whole>, Problem> {
    let In { serials } = body.into_inner();
    let arrived = Arrived::AfterAll(serials);
    state.orders().receive(&caller, *id, arrived).await?;
    Ok(web::Json(whole(&state, &caller, *id).await?))
}
