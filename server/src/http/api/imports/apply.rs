//! `POST /api/v1/imports/{id}/apply`.

use actix_web::{HttpResponse, post, web};

use super::Out;
use crate::ground::ids::ImportId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::imports;
use crate::tenancy::Scope as _;

/// Apply an import
///
/// A worker does it within seconds, whole or not at all, after it has looked the lines up again; `done` tells how far it is.
#[utoipa::path(post, path = "/imports/{id}/apply", tag = "devices", security(("token" = [])),
    params(("id" = ImportId, Path)), responses((status = 202, body = Out),
        (status = 409, description = "Some lines are wrong, or it is under way or over"), Refused))]
#[post("/imports/{id}/apply")]
pub(super) async fn apply(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<ImportId>,
) -> Result<HttpResponse, Problem> {
    let (id, database) = (id.into_inner(), state.database());
    let import = in_scope!(caller, scope => {
        imports::apply(state.ground(), database, scope, id).await?;
        scope.run(database, async |tx| imports::get(tx, id).await).await
    })?;
    Ok(HttpResponse::Accepted().json(Out::from(import)))
}
