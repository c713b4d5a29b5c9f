//! `POST /api/v1/returns/{id}/notes`.

use actix_web::{post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Whole, whole};
use crate::ground::ids::ReturnId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReturnNoteIn)]
struct In {
    #[schema(max_length = 2000)]
    text: String,
}

/// Write about a return
///
/// Both sides read it.
#[utoipa::path(post, path = "/returns/{id}/notes", tag = "orders", security(("token" = [])), request_body = In, params(("id" = ReturnId, Path)), 
    responses((status = 200, body = Whole), Refused))]
#[post("/returns/{id}/notes")]
pub(super) async fn create(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<ReturnId>,
    body: web::Json<In>,
) -> Result<web::Json<Whole>, Problem> {
    let In { text } = body.into_inner();
    state.orders().note_return(&caller, *id, &text).await?;
    Ok(web::Json(whole(&state, &caller, *id).await?))
}
