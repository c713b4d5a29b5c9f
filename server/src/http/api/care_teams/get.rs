//! `GET /api/v1/care-teams/{id}`.

use actix_web::{get, web};

use super::{Out, one};
use crate::ground::ids::CareTeamId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCustomer;
use crate::http::problem::Problem;

/// See a care team
#[utoipa::path(get, path = "/care-teams/{id}", tag = "organisations", security(("token" = [])),
    params(("id" = CareTeamId, Path)), responses((status = 200, body = Out), Refused))]
#[get("/care-teams/{id}")]
pub(super) async fn get(
    state: web::Data<State>,
    caller: ApiCustomer,
    id: web::Path<CareTeamId>,
) -> Result<web::Json<Out>, Problem> {
    Ok(web::Json(one(&state, &caller.scope, *id).await?))
}
