//! `GET /api/v1/customers`.

use actix_web::{get, web};

use super::Out;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::{ListOut, PageQuery};
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::organisations;
use crate::tenancy::Scope as _;

/// List customers by name
///
/// An administrator sees all, a distributor its portfolio, a customer itself.
#[utoipa::path(get, path = "/customers", tag = "organisations", security(("token" = [])), params(PageQuery),
    responses((status = 200, body = ListOut<Out>), Refused))]
#[get("/customers")]
pub(super) async fn list(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    query: web::Query<PageQuery>,
) -> Result<web::Json<ListOut<Out>>, Problem> {
    let ask = query.into_inner().ask()?;
    let page = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| organisations::customers(tx, &ask).await).await
    })?;
    Ok(web::Json(ListOut::of(page, Out::from)))
}
