//! `GET /api/v1/users`.

#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of the query with its path"
)]

use actix_web::{get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Out;
use crate::ground::enums::{UserRole, UserState};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::{ListOut, ask};
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::{UserFilter, in_scope};
use crate::registry::Page;
use crate::tenancy::Scope as _;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Part of the address or the name.
    q: Option<String>,
    role: Option<UserRole>,
    state: Option<UserState>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Rows at most; 50 where nothing is said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

/// List users by address
///
/// An administrator sees all, others those of their own organisation.
#[utoipa::path(get, path = "/users", tag = "organisations", security(("token" = [])), params(ListQuery),
    responses((status = 200, body = ListOut<Out>), Refused))]
#[get("/users")]
pub(super) async fn list(
    state: web::Data<State>,
    caller: ApiCaller,
    query: web::Query<ListQuery>,
) -> Result<web::Json<ListOut<Out>>, Problem> {
    let query = query.into_inner();
    let filter = UserFilter {
        q: query.q,
        role: query.role,
        state: query.state,
        organisation: None,
        asks: false,
    };
    let ask = ask::<String>(query.after.as_deref(), query.limit)?;
    let (identity, after) = (state.identity(), ask.after.as_deref());
    let rows = in_scope!(caller.0, scope => {
        scope.run(state.database(), async |tx| identity.users(tx, &filter, after, ask.limit + 1).await).await
    })?;
    let page = Page::of(rows, &ask, |listed| listed.user.email.as_str().to_owned());
    Ok(web::Json(ListOut::of(page, |listed| Out::from(listed.user))))
}
