//! `GET /api/v1/cases/{id}`.

use actix_web::{get, web};

use super::{Whole, whole};
use crate::ground::ids::CaseId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;

/// See a case with what was written in it
#[utoipa::path(get, path = "/cases/{id}", tag = "support", security(("token" = [])), params(("id" = CaseId, Path)),
    responses((status = 200, body = Whole), Refused))]
#[get("/cases/{id}")]
pub(super) async fn get(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<CaseId>,
) -> Result<web::Json<Whole>, Problem> {
    Ok(web::Json(whole(&state, &caller, *id).await?))
}
