//! `POST /api/v1/orders/{id}/cancel`.

use actix_web::{post, web};

use super::{ReasonIn, Whole, whole};
use crate::ground::ids::OrderId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;

/// Cancel an order of which nothing was shipped
#[utoipa::path(post, path = "/orders/{id}/cancel", tag = "orders", security(("token" = [])), request_body = ReasonIn, params(("id" = OrderId, Path)), 
    responses((status = 200, body = Whole), (status = 409, description = "Some of it was shipped, or it is over"), Refused))]
#[post("/orders/{id}/cancel")]
pub(super) async fn cancel(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<OrderId>,
    body: web::Json<ReasonIn>,
) -> Result<web::Json<Whole>, Problem> {
    let ReasonIn { reason } = body.into_inner();
    state.orders().cancel(&caller, *id, reason).await?;
    Ok(web::Json(whole(&state, &caller, *id).await?))
}
