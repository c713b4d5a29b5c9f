//! `GET /api/v1/cases`.

#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of the query with its path"
)]

use actix_web::{get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Out;
use crate::desk::cases::{self, CaseFilter, Standing};
use crate::ground::enums::CaseState;
use crate::ground::ids::{CustomerId, DeviceId, HubId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::{ListOut, ask};
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::tenancy::Scope as _;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Part of the title, of the subject or of the customer's name, or the number.
    q: Option<String>,
    /// Those that stand so.
    state: Option<CaseState>,
    /// Those that the caller opened or looks after.
    mine: Option<bool>,
    /// Those of one customer, for who sees more than one.
    customer_id: Option<CustomerId>,
    /// Those about one device.
    device_id: Option<DeviceId>,
    /// Those about one hub.
    hub_id: Option<HubId>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Rows at most; 50 where nothing is said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

/// List cases, those that changed last first
#[utoipa::path(get, path = "/cases", tag = "support", security(("token" = [])), params(ListQuery),
    responses((status = 200, body = ListOut<Out>), Refused))]
#[get("/cases")]
pub(super) async fn list(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    query: web::Query<ListQuery>,
) -> Result<web::Json<ListOut<Out>>, Problem> {
    let ListQuery {
        q,
        state: standing,
        mine,
        customer_id,
        device_id,
        hub_id,
        after,
        limit,
    } = query.into_inner();
    let ask = ask(after.as_deref(), limit)?;
    let filter = CaseFilter {
        q,
        standing: standing.map_or(Standing::Any, Standing::Is),
        of: mine.unwrap_or(false).then_some(caller.person.id),
        customer: customer_id,
        distributor: None,
        device: device_id,
        hub: hub_id,
    };
    let page = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| cases::list(tx, &filter, &ask).await).await
    })?;
    Ok(web::Json(ListOut::of(page, Out::from)))
}
