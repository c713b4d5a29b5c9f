//! `GET /api/v1/orders/{id}`.

use actix_web::{get, web};

use super::{Whole, whole};
use crate::ground::ids::OrderId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;

/// See an order with its lines, parcels, serials and steps
#[utoipa::path(get, path = "/orders/{id}", tag = "orders", security(("token" = [])), params(("id" = OrderId, Path)),
    responses((status = 200, body = Whole), Refused))]
#[get("/orders/{id}")]
pub(super) async fn get(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<OrderId>,
) -> Result<web::Json<Whole>, Problem> {
    Ok(web::Json(whole(&state, &caller, *id).await?))
}
