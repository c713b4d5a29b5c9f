//! `GET /api/v1/hubs/{id}/devices`.

use actix_web::{get, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::ground::enums::DeviceState;
use crate::ground::ids::{DeviceId, HubId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::ListOut;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::fleet::{self, SeenDevice};
use crate::tenancy::Scope as _;

#[derive(Serialize, ToSchema)]
#[schema(as = HubDevice)]
struct DeviceOut {
    id: DeviceId,
    maker: String,
    serial: String,
    model: String,
    state: DeviceState,
    last_seen_at: DateTime<Utc>,
    #[schema(required)]
    last_reading_at: Option<DateTime<Utc>>,
    #[schema(required)]
    battery_percent: Option<i16>,
    /// Strength of its signal at the hub.
    #[schema(required)]
    signal_dbm: Option<i16>,
}

impl From<SeenDevice> for DeviceOut {
    fn from(device: SeenDevice) -> Self {
        let SeenDevice {
            id,
            maker,
            serial,
            model,
            state,
            last_seen_at,
            last_reading_at,
            battery_percent,
            signal_dbm,
        } = device;
        Self {
            id,
            maker,
            serial,
            model,
            state,
            last_seen_at,
            last_reading_at,
            battery_percent,
            signal_dbm,
        }
    }
}

/// List the devices that were last heard through a hub
///
/// By serial, on one page.
#[utoipa::path(get, path = "/hubs/{id}/devices", tag = "hubs", security(("token" = [])), params(("id" = HubId, Path)),
    responses((status = 200, body = ListOut<DeviceOut>), Refused))]
#[get("/hubs/{id}/devices")]
pub(super) async fn list(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<HubId>,
) -> Result<web::Json<ListOut<DeviceOut>>, Problem> {
    let id = id.into_inner();
    let devices = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| fleet::devices_of(tx, id).await).await
    })?;
    Ok(web::Json(ListOut::whole(devices)))
}
