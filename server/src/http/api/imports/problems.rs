//! `GET /api/v1/imports/{id}/problems`.

use actix_web::{HttpResponse, get, web};

use super::file;
use crate::ground::ids::ImportId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::imports;
use crate::tenancy::Scope as _;

/// Download what is wrong with the lines of an import
///
/// CSV with a row for each problem: line, column, what is wrong and what to do, maker, serial.
#[utoipa::path(get, path = "/imports/{id}/problems", tag = "devices", security(("token" = [])),
    params(("id" = ImportId, Path)), responses((status = 200, body = String, content_type = "text/csv"), Refused))]
#[get("/imports/{id}/problems")]
pub(super) async fn problems(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<ImportId>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let text = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| imports::problems(tx, id).await).await
    })?;
    Ok(file("problems.csv", text))
}
