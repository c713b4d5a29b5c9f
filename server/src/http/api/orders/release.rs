//! `POST /api/v1/orders/{id}/release`.

use actix_web::{post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Whole, whole};
use crate::ground::ids::OrderId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrderReleaseIn)]
struct In {
    #[schema(max_items = 500)]
    serials: Option<Vec<String>>,
}

/// Give serials up that were not shipped
///
/// The named ones, or all. They are free again.
#[utoipa::path(post, path = "/orders/{id}/release", tag = "orders", security(("token" = [])), request_body = In, params(("id" = OrderId, Path)), 
    responses((status = 200, body = Whole), (status = 409, description = "There are none"), Refused))]
#[post("/orders/{id}/release")]
pub(super) async fn release(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<OrderId>,
    body: web::Json<In>,
) -> Result<web::Json<Whole>, Problem> {
    let In { serials } = body.into_inner();
    state.orders().release(&caller, *id, serials).await?;
    Ok(web::Json(whole(&state, &caller, *id).await?))
}
