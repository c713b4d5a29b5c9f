//! `GET /api/v1/refusals`.

#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of the query with its path"
)]

use actix_web::{get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Out;
use crate::ground::ids::{DeviceId, HubId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::{ListOut, ask};
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::refusals::{self, RefusalFilter};
use crate::tenancy::Scope as _;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Those of one device.
    device_id: Option<DeviceId>,
    /// Those of one hub.
    hub_id: Option<HubId>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Rows at most; 50 where nothing is said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

/// List what was refused in the last 30 days, newest first
///
/// Counted per minute, sender and reason. Senders that proved nothing are shown to administrators alone.
#[utoipa::path(get, path = "/refusals", tag = "support", security(("token" = [])), params(ListQuery),
    responses((status = 200, body = ListOut<Out>), Refused))]
#[get("/refusals")]
pub(super) async fn list(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    query: web::Query<ListQuery>,
) -> Result<web::Json<ListOut<Out>>, Problem> {
    let ListQuery {
        device_id,
        hub_id,
        after,
        limit,
    } = query.into_inner();
    let ask = ask(after.as_deref(), limit)?;
    let filter = RefusalFilter {
        claimed: None,
        device: device_id,
        hub: hub_id,
    };
    let page = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| refusals::list(tx, &filter, &ask).await).await
    })?;
    Ok(web::Json(ListOut::of(page, Out::from)))
}
