//! `POST /api/v1/cases/{id}/notes`.

use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Whole, whole};
use crate::desk::cases::NewNote;
use crate::ground::enums::CaseVisibility;
use crate::ground::ids::CaseId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CaseNoteIn)]
struct In {
    #[schema(max_length = 4000)]
    text: String,
    /// `internal` is for the platform's and the distributor's people who answer cases; `everybody` where nothing is said.
    visibility: Option<CaseVisibility>,
}

/// Write in a case
///
/// Whoever opened it and whoever looks after it get a mail. A note of the opener's side opens a waiting or solved case again.
#[utoipa::path(post, path = "/cases/{id}/notes", tag = "support", security(("token" = [])), request_body = In,
    params(("id" = CaseId, Path)),
    responses((status = 201, body = Whole), (status = 409, description = "The case is closed"), Refused))]
#[post("/cases/{id}/notes")]
pub(super) async fn create(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<CaseId>,
    body: web::Json<In>,
) -> Result<HttpResponse, Problem> {
    let In { text, visibility } = body.into_inner();
    let visibility = visibility.unwrap_or(CaseVisibility::Everybody);
    state
        .desk()
        .note(&caller, *id, NewNote { text, visibility })
        .await?;
    Ok(HttpResponse::Created().json(whole(&state, &caller, *id).await?))
}
