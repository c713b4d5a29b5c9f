//! `DELETE /api/v1/sources/{id}/former-secret`.

use actix_web::{HttpResponse, delete, web};

use crate::ground::ids::SourceId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::sources;

/// End a source's former secret at once
#[utoipa::path(delete, path = "/sources/{id}/former-secret", tag = "sources", security(("token" = [])),
    params(("id" = SourceId, Path)), responses((status = 204), Refused))]
#[delete("/sources/{id}/former-secret")]
pub(super) async fn end(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<SourceId>,
) -> Result<HttpResponse, Problem> {
    in_scope!(caller, scope => sources::end_former(state.database(), scope, *id).await)?;
    Ok(HttpResponse::NoContent().finish())
}
