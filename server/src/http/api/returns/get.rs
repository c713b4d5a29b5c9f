//! `GET /api/v1/returns/{id}`.

use actix_web::{get, web};

use super::{Whole, whole};
use crate::ground::ids::ReturnId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;

/// See a return with its serials and steps
#[utoipa::path(get, path = "/returns/{id}", tag = "orders", security(("token" = [])), params(("id" = ReturnId, Path)),
    responses((status = 200, body = Whole), Refused))]
#[get("/returns/{id}")]
pub(super) async fn get(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<ReturnId>,
) -> Result<web::Json<Whole>, Problem> {
    Ok(web::Json(whole(&state, &caller, *id).await?))
}
