//! `GET /api/v1/customers`.

#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of the query with its path"
)]

use actix_web::{get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Out;
use crate::ground::enums::OrganisationState;
use crate::ground::ids::DistributorId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::{ListOut, ask};
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::organisations::{self, CustomerFilter};
use crate::tenancy::Scope as _;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Part of the name or of the name on paper, without regard to case.
    q: Option<String>,
    /// Those in this state.
    state: Option<OrganisationState>,
    /// Those of one distributor, for who sees more than one.
    distributor_id: Option<DistributorId>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Rows at most; 50 where nothing is said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

/// List customers by name
///
/// An administrator sees all, a distributor its portfolio, a customer itself.
#[utoipa::path(get, path = "/customers", tag = "organisations", security(("token" = [])), params(ListQuery),
    responses((status = 200, body = ListOut<Out>), Refused))]
#[get("/customers")]
pub(super) async fn list(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    query: web::Query<ListQuery>,
) -> Result<web::Json<ListOut<Out>>, Problem> {
    let ListQuery {
        q,
        state: wanted,
        distributor_id,
        after,
        limit,
    } = query.into_inner();
    let ask = ask(after.as_deref(), limit)?;
    let filter = CustomerFilter {
        q,
        state: wanted,
        distributor: distributor_id,
        is_counted: true,
    };
    let page = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| organisations::customers_like(tx, &filter, &ask).await).await
    })?;
    Ok(web::Json(ListOut::of(page, Out::from)))
}
