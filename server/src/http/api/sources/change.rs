//! `PATCH /api/v1/sources/{id}`.

use actix_web::{patch, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Out;
use crate::ground::enums::SourceState;
use crate::ground::ids::SourceId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::sources::{self, SourcePatch};
use crate::tenancy::Scope as _;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SourcePatch)]
struct Patch {
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    /// From the next message on nothing is taken from a source that is `inactive`.
    state: Option<SourceState>,
}

/// Rename a source, stop it, or take it in again
#[utoipa::path(patch, path = "/sources/{id}", tag = "sources", security(("token" = [])), request_body = Patch,
    params(("id" = SourceId, Path)), responses((status = 200, body = Out), Refused))]
#[patch("/sources/{id}")]
pub(super) async fn change(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<SourceId>,
    body: web::Json<Patch>,
) -> Result<web::Json<Out>, Problem> {
    let Patch { name, state: wanted } = body.into_inner();
    let patch = SourcePatch { name, state: wanted };
    let source = in_scope!(caller, scope => {
        sources::change(state.database(), scope, *id, patch).await?;
        scope.run(state.database(), async |tx| sources::get(tx, scope, *id).await).await
    })?;
    Ok(web::Json(Out::of(&state, source)))
}
