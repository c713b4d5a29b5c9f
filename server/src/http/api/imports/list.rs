//! `GET /api/v1/imports`.

use actix_web::{get, web};

use super::Out;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::{ListOut, PageQuery};
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::imports;
use crate::tenancy::Scope as _;

/// List your organisation's imports, the newest first
#[utoipa::path(get, path = "/imports", tag = "devices", security(("token" = [])), params(PageQuery),
    responses((status = 200, body = ListOut<Out>), Refused))]
#[get("/imports")]
pub(super) async fn list(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    query: web::Query<PageQuery>,
) -> Result<web::Json<ListOut<Out>>, Problem> {
    let ask = query.into_inner().ask()?;
    let page = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| imports::list(tx, &ask).await).await
    })?;
    Ok(web::Json(ListOut::of(page, Out::from)))
}
