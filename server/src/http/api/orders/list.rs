//! `GET /api/v1/orders`.

#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of the query with its path"
)]

use actix_web::{get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Out;
use crate::ground::enums::OrderState;
use crate::ground::ids::DistributorId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::{ListOut, ask};
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::orders::{self, OrderFilter};
use crate::registry::page::Standing;
use crate::tenancy::Scope as _;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Part of the number, of the distributor's own word or name; or a whole serial, or a carrier's number.
    q: Option<String>,
    /// Those that are so far.
    state: Option<OrderState>,
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

/// List orders, the newest first
#[utoipa::path(get, path = "/orders", tag = "orders", security(("token" = [])), params(ListQuery),
    responses((status = 200, body = ListOut<Out>), Refused))]
#[get("/orders")]
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
    let filter = OrderFilter {
        q,
        standing: Standing::asked(wanted, open.unwrap_or(false)),
        distributor: distributor_id,
        waits_for: waiting.unwrap_or(false).then(|| orders::side(&caller)),
    };
    let page = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| orders::list(tx, &filter, &ask).await).await
    })?;
    Ok(web::Json(ListOut::of(page, Out::from)))
}
