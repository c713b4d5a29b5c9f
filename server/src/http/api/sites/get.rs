//! `GET /api/v1/sites/{id}`.

use actix_web::{get, web};

use super::{Whole, whole};
use crate::ground::ids::SiteId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCustomer;
use crate::http::problem::Problem;

/// See a site with its people
#[utoipa::path(get, path = "/sites/{id}", tag = "organisations", security(("token" = [])),
    params(("id" = SiteId, Path)), responses((status = 200, body = Whole), Refused))]
#[get("/sites/{id}")]
pub(super) async fn get(
    state: web::Data<State>,
    caller: ApiCustomer,
    id: web::Path<SiteId>,
) -> Result<web::Json<Whole>, Problem> {
    Ok(web::Json(whole(&state, &caller.scope, *id).await?))
}
