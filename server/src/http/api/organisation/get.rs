//! `GET /api/v1/organisation`.

use actix_web::{get, web};

use super::{Out, own};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;

/// Look at the organisation that you work for
#[utoipa::path(get, path = "/organisation", tag = "organisations", security(("token" = [])),
    responses((status = 200, body = Out), Refused))]
#[get("/organisation")]
pub(super) async fn get(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
) -> Result<web::Json<Out>, Problem> {
    Ok(web::Json(own(&state, &caller).await?))
}
