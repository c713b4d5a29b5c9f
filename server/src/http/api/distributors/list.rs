//! `GET /api/v1/distributors`.

use actix_web::{get, web};

use super::Out;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::{ListOut, PageQuery};
use crate::http::auth::ApiAdmin;
use crate::http::problem::Problem;
use crate::registry::organisations;
use crate::tenancy::Scope as _;

/// List distributors by name
#[utoipa::path(get, path = "/distributors", tag = "organisations", security(("token" = [])), params(PageQuery),
    responses((status = 200, body = ListOut<Out>), Refused))]
#[get("/distributors")]
pub(super) async fn list(
    state: web::Data<State>,
    admin: ApiAdmin,
    query: web::Query<PageQuery>,
) -> Result<web::Json<ListOut<Out>>, Problem> {
    let ask = query.into_inner().ask()?;
    let page = admin
        .scope
        .run(state.database(), async |tx| {
            organisations::distributors(tx, &ask).await
        })
        .await?;
    Ok(web::Json(ListOut::of(page, Out::from)))
}
