//! `GET /api/v1/imports/{id}`.

use actix_web::{get, web};

use super::Out;
use crate::ground::ids::ImportId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::imports;
use crate::tenancy::Scope as _;

/// See how far an import is
#[utoipa::path(get, path = "/imports/{id}", tag = "devices", security(("token" = [])), params(("id" = ImportId, Path)),
    responses((status = 200, body = Out), Refused))]
#[get("/imports/{id}")]
pub(super) async fn get(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<ImportId>,
) -> Result<web::Json<Out>, Problem> {
    let id = id.into_inner();
    let import = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| imports::get(tx, id).await).await
    })?;
    Ok(web::Json(import.into()))
}
