//! `GET /api/v1/devices`.

#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of the query with its path"
)]

use actix_web::{get, web};
use serde::Deserialize;
use utoipa::IntoParams;
use vitals::Kind;

use super::Out;
use crate::ground::enums::{self, DeviceState};
use crate::ground::ids::CustomerId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::{ListOut, ask};
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::devices::{self, DeviceFilter};
use crate::tenancy::Scope as _;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Part of the serial, the model's name or the customer's reference, without regard to case.
    q: Option<String>,
    /// Those that measure this.
    #[param(value_type = Option<enums::Kind>)]
    kind: Option<Kind>,
    /// Those in this state.
    state: Option<DeviceState>,
    /// Those of one customer, for who sees more than one.
    customer_id: Option<CustomerId>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Rows at most; 50 where nothing is said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

/// List devices by serial
#[utoipa::path(get, path = "/devices", tag = "devices", security(("token" = [])), params(ListQuery),
    responses((status = 200, body = ListOut<Out>), Refused))]
#[get("/devices")]
pub(super) async fn list(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    query: web::Query<ListQuery>,
) -> Result<web::Json<ListOut<Out>>, Problem> {
    let ListQuery {
        q,
        kind,
        state: wanted,
        customer_id,
        after,
        limit,
    } = query.into_inner();
    let ask = ask(after.as_deref(), limit)?;
    let filter = DeviceFilter {
        q,
        kind,
        state: wanted,
        customer: customer_id,
    };
    let page = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| devices::list(tx, &filter, &ask).await).await
    })?;
    Ok(web::Json(ListOut::of(page, Out::from)))
}
