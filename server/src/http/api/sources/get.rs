//! `GET /api/v1/sources/{id}`.

use actix_web::{get, web};

use super::Out;
use crate::ground::ids::SourceId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::sources;
use crate::tenancy::Scope as _;

/// Show a source
#[utoipa::path(get, path = "/sources/{id}", tag = "sources", security(("token" = [])), params(("id" = SourceId, Path)),
    responses((status = 200, body = Out), Refused))]
#[get("/sources/{id}")]
pub(super) async fn get(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<SourceId>,
) -> Result<web::Json<Out>, Problem> {
    let source = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| sources::get(tx, scope, *id).await).await
    })?;
    Ok(web::Json(Out::of(&state, source)))
}
