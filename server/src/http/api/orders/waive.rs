//! `POST /api/v1/orders/{id}/waive`.

use actix_web::{post, web};

use super::{ReasonIn, Whole, whole};
use crate::ground::ids::OrderId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;

/// Say that what has no serial yet will not come
///
/// The platform cannot deliver it, or the distributor does not want it any more.
#[utoipa::path(post, path = "/orders/{id}/waive", tag = "orders", security(("token" = [])), request_body = ReasonIn, params(("id" = OrderId, Path)), 
    responses((status = 200, body = Whole), (status = 409, description = "Nothing was found for it, which is cancelled instead; or it wants no more"), Refused))]
#[post("/orders/{id}/waive")]
pub(super) async fn waive(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<OrderId>,
    body: web::Json<ReasonIn>,
) -> Result<web::Json<Whole>, Problem> {
    let ReasonIn { reason } = body.into_inner();
    state.orders().waive(&caller, *id, reason).await?;
    Ok(web::Json(whole(&state, &caller, *id).await?))
}
