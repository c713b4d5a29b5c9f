//! `GET /api/v1/distributors`.

use actix_web::{get, web};

use super::{Out, unseen};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::{ListOut, PageQuery};
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::CallerScope;
use crate::registry::organisations;
use crate::tenancy::Scope as _;

/// List distributors by name
#[utoipa::path(get, path = "/distributors", tag = "organisations", security(("token" = [])), params(PageQuery),
    responses((status = 200, body = ListOut<Out>), Refused))]
#[get("/distributors")]
pub(super) async fn list(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    query: web::Query<PageQuery>,
) -> Result<web::Json<ListOut<Out>>, Problem> {
    let ask = query.into_inner().ask()?;
    let page = match &caller.scope {
        CallerScope::Admin(scope) => {
            scope
                .run(state.database(), async |tx| {
                    organisations::distributors(tx, &ask).await
                })
                .await?
        }
        CallerScope::Finance(scope) => {
            scope
                .run(state.database(), async |tx| {
                    organisations::distributors(tx, &ask).await
                })
                .await?
        }
        CallerScope::Distributor(_) | CallerScope::Customer(_) => return Err(unseen()),
    };
    Ok(web::Json(ListOut::of(page, Out::from)))
}
