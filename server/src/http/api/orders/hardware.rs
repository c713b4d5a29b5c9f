//! `GET /api/v1/orders/hardware-lines`.

#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of the query with its path"
)]

use actix_web::{get, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::ground::ids::{DeviceModelId, DistributorId, OrderId, ReturnId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::ListOut;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::{Caller, in_scope};
use crate::orders::{self, HardwareLine, Period};
use crate::registry::{TimeZone, Typed as _};
use crate::tenancy::Scope as _;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct LinesQuery {
    /// The first day.
    from: NaiveDate,
    /// The day after the last one, at most 366 days later.
    until: NaiveDate,
    /// Where days are counted, by its IANA name; UTC where nothing is said.
    #[param(example = "America/New_York")]
    time_zone: Option<String>,
    /// Of one distributor, for who sees more than one.
    distributor_id: Option<DistributorId>,
}

/// So many of a model that came to a distributor's stock on a day, or went back.
#[derive(Serialize, ToSchema)]
#[schema(as = HardwareLine)]
struct LineOut {
    /// In the time zone that was asked for.
    day: NaiveDate,
    distributor_id: DistributorId,
    distributor_name: String,
    /// The order's number, or the return's.
    number: String,
    /// The return by which they went back; null: they came.
    #[schema(required)]
    return_id: Option<ReturnId>,
    /// The order with which they came; null: what went back came by no order.
    #[schema(required)]
    order_id: Option<OrderId>,
    /// That order's number.
    #[schema(required)]
    order_number: Option<String>,
    /// The distributor's own word for that order.
    #[schema(required)]
    reference: Option<String>,
    /// Whether they are hubs, which have no model.
    hubs: bool,
    /// The model; null of hubs.
    #[schema(required)]
    model_id: Option<DeviceModelId>,
    /// Maker and model as they were called then.
    model: String,
    /// Below zero: it went back.
    quantity: i64,
}

impl From<HardwareLine> for LineOut {
    fn from(line: HardwareLine) -> Self {
        let HardwareLine {
            day,
            distributor,
            distributor_name,
            number,
            returned,
            order,
            order_number,
            reference,
            is_hub,
            model,
            name,
            quantity,
        } = line;
        Self {
            day,
            distributor_id: distributor,
            distributor_name,
            number,
            return_id: returned,
            order_id: order,
            order_number,
            reference,
            hubs: is_hub,
            model_id: model,
            model: name,
            quantity,
        }
    }
}

/// List what became a distributor's by orders, and what went back
///
/// By the day on which it came to stock, or on which the platform received it back. Quantities alone: prices are no matter
/// of an order. What a period that is over holds does not change any more: what is put right later is a line of a later day.
#[utoipa::path(get, path = "/orders/hardware-lines", tag = "orders", security(("token" = [])), params(LinesQuery),
    responses((status = 200, body = ListOut<LineOut>), Refused))]
#[get("/orders/hardware-lines")]
pub(super) async fn lines(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    // Looked at after the caller's right to ask: a handler's arguments are all tried at once, and the first that fails answers.
    query: Result<web::Query<LinesQuery>, actix_web::Error>,
) -> Result<web::Json<ListOut<LineOut>>, actix_web::Error> {
    Ok(found(&state, &caller, query?.into_inner()).await?)
}

async fn found(
    state: &State,
    caller: &Caller,
    query: LinesQuery,
) -> Result<web::Json<ListOut<LineOut>>, Problem> {
    let LinesQuery {
        from,
        until,
        time_zone,
        distributor_id,
    } = query;
    let zone = TimeZone::maybe("time_zone", time_zone.as_deref())?.unwrap_or(TimeZone::UTC);
    let period = Period::new(from, until)?.in_zone(zone);
    let found = in_scope!(caller, scope => {
        scope
            .run(state.database(), async |tx| orders::hardware_lines(tx, period, distributor_id).await)
            .await
    })?;
    Ok(web::Json(ListOut::whole(found)))
}
