//! `GET /api/v1/devices/{id}/line`.

use actix_web::{get, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::ground::enums::MoveReason;
use crate::ground::ids::DeviceId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::ListOut;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::moves::{self, LinePeriod};

#[derive(Serialize, ToSchema)]
#[schema(as = LinePeriod)]
struct PeriodOut {
    device_id: DeviceId,
    maker: String,
    serial: String,
    model: String,
    from: DateTime<Utc>,
    /// When it was given back, or another took its place. Null where it lasts.
    #[schema(required)]
    until: Option<DateTime<Utc>>,
    reason: MoveReason,
    /// Why it took the other's place, in a person's words.
    #[schema(required)]
    note: Option<String>,
    #[schema(required)]
    replaces_device_id: Option<DeviceId>,
}

impl From<LinePeriod> for PeriodOut {
    fn from(period: LinePeriod) -> Self {
        let LinePeriod {
            device,
            maker,
            serial,
            model,
            from,
            until,
            held_until: _,
            reason,
            note,
            replaces,
        } = period;
        Self {
            device_id: device,
            maker,
            serial,
            model,
            from,
            until,
            reason,
            note,
            replaces_device_id: replaces,
        }
    }
}

/// See a device's line
///
/// The devices that took each other's place at the customer, with their times, newest first, 500 at
/// most and so one page: whose readings belong together.
#[utoipa::path(get, path = "/devices/{id}/line", tag = "devices", security(("token" = [])), params(("id" = DeviceId, Path)),
    responses((status = 200, body = ListOut<PeriodOut>), Refused))]
#[get("/devices/{id}/line")]
pub(super) async fn line(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<DeviceId>,
) -> Result<web::Json<ListOut<PeriodOut>>, Problem> {
    let id = id.into_inner();
    let periods = in_scope!(caller, scope => moves::line(state.database(), scope, id).await)?;
    Ok(web::Json(ListOut::whole(periods)))
}
