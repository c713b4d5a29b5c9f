//! `GET /api/v1/orders/hardware-lines`.

#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of the query with its path"
)]

use actix_web::{get, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::ground::ids::{DeviceModelId, DistributorId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::orders::{self, HardwareLine, Period};
use crate::tenancy::Scope as _;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct LinesQuery {
    /// The first day, in UTC.
    from: NaiveDate,
    /// The day after the last one, at most 366 days later.
    until: NaiveDate,
    /// Of one distributor, for who sees more than one.
    distributor_id: Option<DistributorId>,
}

/// So many of a model that came to a distributor's stock on a day, or went back.
#[derive(Serialize, ToSchema)]
#[schema(as = HardwareLine)]
struct LineOut {
    /// In UTC.
    day: NaiveDate,
    distributor_id: DistributorId,
    distributor_name: String,
    /// The order's number, or the return's.
    number: String,
    /// The model; null of hubs, and of what went back.
    #[schema(required)]
    model_id: Option<DeviceModelId>,
    model: String,
    /// Below zero: it went back.
    quantity: i64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = HardwareLines)]
struct Lines {
    data: Vec<LineOut>,
}

impl From<HardwareLine> for LineOut {
    fn from(line: HardwareLine) -> Self {
        let HardwareLine {
            day,
            distributor,
            distributor_name,
            number,
            model,
            name,
            quantity,
        } = line;
        Self {
            day,
            distributor_id: distributor,
            distributor_name,
            number,
            model_id: model,
            model: name,
            quantity,
        }
    }
}

/// List what became a distributor's by orders, and what went back
///
/// By the day on which it came to stock, or on which the platform received it back. Quantities alone: prices are no matter
/// of an order.
#[utoipa::path(get, path = "/orders/hardware-lines", tag = "orders", security(("token" = [])), params(LinesQuery),
    responses((status = 200, body = Lines), Refused))]
#[get("/orders/hardware-lines")]
pub(super) async fn lines(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    query: web::Query<LinesQuery>,
) -> Result<web::Json<Lines>, Problem> {
    let LinesQuery {
        from,
        until,
        distributor_id,
    } = query.into_inner();
    let period = Period::new(from, until)?;
    let lines = in_scope!(caller, scope => {
        scope
            .run(state.database(), async |tx| orders::hardware_lines(tx, period, distributor_id).await)
            .await
    })?;
    let data = lines.into_iter().map(LineOut::from).collect();
    Ok(web::Json(Lines { data }))
}
