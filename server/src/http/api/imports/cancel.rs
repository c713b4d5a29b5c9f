//! `DELETE /api/v1/imports/{id}`.

use actix_web::{HttpResponse, delete, web};

use crate::ground::ids::ImportId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::imports;

/// Cancel an import that is not applied yet
#[utoipa::path(delete, path = "/imports/{id}", tag = "devices", security(("token" = [])),
    params(("id" = ImportId, Path)), responses((status = 204), (status = 409, description = "It is over already"),
        Refused))]
#[delete("/imports/{id}")]
pub(super) async fn cancel(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<ImportId>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    in_scope!(caller, scope => imports::cancel(state.ground(), state.database(), scope, id).await)?;
    Ok(HttpResponse::NoContent().finish())
}
