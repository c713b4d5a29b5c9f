//! `GET /api/v1/hubs`.

#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of the query with its path"
)]

use actix_web::{get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Out;
use crate::ground::enums::HubState;
use crate::ground::ids::{CustomerId, DistributorId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::{ListOut, ask};
use crate::http::api::sites::stands;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::hubs::{self, HubsAsked};
use crate::registry::sites::Stands;
use crate::tenancy::Scope as _;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Part of the serial, the name or the customer's name, without regard to case.
    q: Option<String>,
    /// Those in this state.
    state: Option<HubState>,
    /// Those of one customer, for who sees more than one.
    customer_id: Option<CustomerId>,
    /// Those of one distributor, in its stock or with its customers, for who sees more than one.
    distributor_id: Option<DistributorId>,
    /// `true`: active ones of which nothing was heard for ten minutes. `false`: all others, of whatever state.
    offline: Option<bool>,
    /// Those at this site, for a customer's people; `none`: those that stand nowhere in particular.
    #[serde(default, deserialize_with = "stands")]
    #[param(value_type = Option<String>)]
    site_id: Option<Stands>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Rows at most; 50 where nothing is said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

/// List hubs by serial
#[utoipa::path(get, path = "/hubs", tag = "hubs", security(("token" = [])), params(ListQuery),
    responses((status = 200, body = ListOut<Out>), Refused))]
#[get("/hubs")]
pub(super) async fn list(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    query: web::Query<ListQuery>,
) -> Result<web::Json<ListOut<Out>>, Problem> {
    let ListQuery {
        q,
        state: wanted,
        customer_id,
        distributor_id,
        offline,
        site_id,
        after,
        limit,
    } = query.into_inner();
    let ask = ask(after.as_deref(), limit)?;
    let asked = HubsAsked {
        q,
        state: wanted,
        customer: customer_id,
        distributor: distributor_id,
        offline,
        site: site_id,
    };
    let page = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| hubs::list(tx, &asked, &ask).await).await
    })?;
    Ok(web::Json(ListOut::of(page, Out::from)))
}
