//! `GET /api/v1/sources`.

#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of the query with its path"
)]

use actix_web::{get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Out;
use crate::ground::enums::Vendor;
use crate::ground::ids::CustomerId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::{ListOut, ask};
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::sources::{self, SourcesAsked};
use crate::tenancy::Scope as _;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Part of the name or of the customer's name, without regard to case.
    q: Option<String>,
    /// Those of one vendor.
    vendor: Option<Vendor>,
    /// Those of one customer, for who sees more than one.
    customer_id: Option<CustomerId>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Rows at most; 50 where nothing is said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

/// List sources by name
#[utoipa::path(get, path = "/sources", tag = "sources", security(("token" = [])), params(ListQuery),
    responses((status = 200, body = ListOut<Out>), Refused))]
#[get("/sources")]
pub(super) async fn list(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    query: web::Query<ListQuery>,
) -> Result<web::Json<ListOut<Out>>, Problem> {
    let ListQuery {
        q,
        vendor,
        customer_id,
        after,
        limit,
    } = query.into_inner();
    let ask = ask(after.as_deref(), limit)?;
    let asked = SourcesAsked {
        q,
        vendor,
        customer: customer_id,
        of_platform: false,
    };
    let page = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| sources::list(tx, scope, &asked, &ask).await).await
    })?;
    Ok(web::Json(ListOut::of(page, |source| Out::of(&state, source))))
}
