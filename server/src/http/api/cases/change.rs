//! `PATCH /api/v1/cases/{id}`.

use actix_web::{patch, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Whole, whole};
use crate::desk::cases::CasePatch;
use crate::ground::enums::CaseState;
use crate::ground::ids::{CaseId, UserId};
use crate::http::State;
use crate::http::api::given::{Given, given};
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::registry::Change;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CasePatch)]
struct Patch {
    state: Option<CaseState>,
    /// Somebody who may answer the case; null: nobody looks after it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<UserId>)]
    assignee: Given<UserId>,
}

/// Say how a case stands, and who looks after it
#[utoipa::path(patch, path = "/cases/{id}", tag = "support", security(("token" = [])), request_body = Patch,
    params(("id" = CaseId, Path)), responses((status = 200, body = Whole), Refused))]
#[patch("/cases/{id}")]
pub(super) async fn change(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<CaseId>,
    body: web::Json<Patch>,
) -> Result<web::Json<Whole>, Problem> {
    let Patch {
        state: wanted,
        assignee,
    } = body.into_inner();
    let patch = CasePatch {
        state: wanted,
        assignee: assignee.map(|who| who.map_or(Change::Clear, Change::Set)),
    };
    state.desk().change(&caller, *id, patch).await?;
    Ok(web::Json(whole(&state, &caller, *id).await?))
}
