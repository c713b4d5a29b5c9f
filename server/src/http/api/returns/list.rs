//! `GET /api/v1/returns`.

#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of the query with its path"
)]

use actix_web::{get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Out;
use crate::ground::enums::ReturnState;
use crate::ground::ids::DistributorId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::{ListOut, ask};
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::orders;
use crate::orders::returns::{self, ReturnFilter};
use crate::registry::page::Standing;
use crate::tenancy::Scope as _;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Part of the number or of the distributor's name; or a whole serial, or a carrier's number.
    q: Option<String>,
    /// Those that are so far.
    state: Option<ReturnState>,
    /// Those that are not over.
    open: Option<bool>,
    /// Those that wait for the caller's side: a distributor's for the distributor, everybody's for the platform.
    waiting: Option<bool>,
    /// Those of one distributor, for who sees more than one.
    distributor_id: Option<DistributorId>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Rows at most; 50 where nothing is said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

/// List returns, the newest first
#[utoipa::path(get, path = "/returns", tag = "orders", security(("token" = [])), params(ListQuery),
    responses((status = 200, body = ListOut<Out>), Refused))]
#[get("/returns")]
pub(super) async fn list(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    query: web::Query<ListQuery>,
) -> Result<web::Json<ListOut<Out>>, Problem> {
    let ListQuery {
        q,
        state: wanted,
        open,
        waiting,
        distributor_id,
        after,
        limit,
    } = query.into_inner();
    let ask = ask(after.as_deref(), limit)?;
    let filter = ReturnFilter {
        q,
        standing: Standing::asked(wanted, open.unwrap_or(false)),
        distributor: distributor_id,
        waits_for: waiting.unwrap_or(false).then(|| orders::side(&caller)),
    };
    let page = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| returns::list(tx, &filter, &ask).await).await
    })?;
    Ok(web::Json(ListOut::of(page, Out::from)))
}
