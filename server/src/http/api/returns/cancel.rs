//! `POST /api/v1/returns/{id}/cancel`.

use actix_web::{post, web};

use super::{Whole, whole};
use crate::ground::ids::ReturnId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;

/// Cancel a return that was not sent
#[utoipa::path(post, path = "/returns/{id}/cancel", tag = "orders", security(("token" = [])), params(("id" = ReturnId, Path)), 
    responses((status = 200, body = Whole), (status = 409, description = "It is on its way or over"), Refused))]
#[post("/returns/{id}/cancel")]
pub(super) async fn cancel(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<ReturnId>,
) -> Result<web::Json<Whole>, Problem> {
    state.orders().cancel_return(&caller, *id).await?;
    Ok(web::Json(whole(&state, &caller, *id).await?))
}
