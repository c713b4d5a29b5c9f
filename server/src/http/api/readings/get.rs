//! `GET /api/v1/readings/{id}`.

use actix_web::{get, web};

use super::Out;
use crate::ground::ids::ReadingId;
use crate::history::store::readings;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCustomer;
use crate::http::problem::Problem;
use crate::tenancy::Scope as _;

/// Look at a reading
#[utoipa::path(get, path = "/readings/{id}", tag = "readings", security(("token" = [])), params(("id" = ReadingId, Path)),
    responses((status = 200, body = Out), Refused))]
#[get("/readings/{id}")]
pub(super) async fn get(
    state: web::Data<State>,
    customer: ApiCustomer,
    id: web::Path<ReadingId>,
) -> Result<web::Json<Out>, Problem> {
    let id = id.into_inner();
    let found = customer
        .scope
        .run(state.database(), async |tx| readings::reading(tx, id).await)
        .await?;
    Ok(web::Json(
        found.ok_or_else(|| Problem::not_found("reading"))?.into(),
    ))
}
