//! `GET /api/v1/users`.

use actix_web::{get, web};

use super::Out;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::{ListOut, PageQuery};
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::Page;
use crate::tenancy::Scope as _;

/// List users by address
///
/// An administrator sees all, others those of their own organisation.
#[utoipa::path(get, path = "/users", tag = "organisations", security(("token" = [])), params(PageQuery),
    responses((status = 200, body = ListOut<Out>), Refused))]
#[get("/users")]
pub(super) async fn list(
    state: web::Data<State>,
    caller: ApiCaller,
    query: web::Query<PageQuery>,
) -> Result<web::Json<ListOut<Out>>, Problem> {
    let ask = query.into_inner().ask::<String>()?;
    let (identity, after) = (state.identity(), ask.after.as_deref());
    let rows = in_scope!(caller.0, scope => {
        scope.run(state.database(), async |tx| identity.users(tx, after, ask.limit + 1).await).await
    })?;
    let page = Page::of(rows, &ask, |user| user.email.as_str().to_owned());
    Ok(web::Json(ListOut::of(page, Out::from)))
}
