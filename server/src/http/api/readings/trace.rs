//! `GET /api/v1/readings/{id}/trace`.

use actix_web::{get, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::Out;
use crate::forwarding::webhook_id;
use crate::ground::enums::{AttemptOutcome, EventDeliveryState};
use crate::ground::ids::{EndpointId, ReadingId};
use crate::history::store::trace::{Announced, Trace, Tried, trace};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCustomer;
use crate::http::problem::Problem;
use crate::tenancy::Scope as _;

#[derive(Serialize, ToSchema)]
#[schema(as = ReadingTrace)]
struct TraceOut {
    reading: Out,
    /// The events that announced it, in their order.
    events: Vec<EventOut>,
    /// The attempts to deliver them, in the order they were made.
    attempts: Vec<AttemptOut>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = TracedEvent)]
struct EventOut {
    /// Its number in the customer's stream.
    sequence: i64,
    #[serde(rename = "type")]
    event_type: String,
    created_at: DateTime<Utc>,
    state: EventDeliveryState,
    #[schema(required)]
    delivered_at: Option<DateTime<Utc>>,
    #[schema(required)]
    next_attempt_at: Option<DateTime<Utc>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = TracedAttempt)]
struct AttemptOut {
    endpoint_id: EndpointId,
    /// The same across retries and replays.
    webhook_id: String,
    attempt: i16,
    at: DateTime<Utc>,
    outcome: AttemptOutcome,
    #[schema(required)]
    status_code: Option<i16>,
    #[schema(required)]
    error: Option<String>,
    duration_ms: i32,
}

/// Follow a reading to the customer's server
#[utoipa::path(get, path = "/readings/{id}/trace", tag = "readings", security(("token" = [])),
    params(("id" = ReadingId, Path)), responses((status = 200, body = TraceOut), Refused))]
#[get("/readings/{id}/trace")]
pub(super) async fn get(
    state: web::Data<State>,
    customer: ApiCustomer,
    id: web::Path<ReadingId>,
) -> Result<web::Json<TraceOut>, Problem> {
    let id = id.into_inner();
    let found = customer
        .scope
        .run(state.database(), async |tx| trace(tx, id).await)
        .await?;
    let Trace {
        reading,
        events,
        attempts,
    } = found.ok_or_else(|| Problem::not_found("reading"))?;
    Ok(web::Json(TraceOut {
        reading: reading.into(),
        events: events.into_iter().map(event).collect(),
        attempts: attempts.into_iter().map(attempt).collect(),
    }))
}

fn event(event: Announced) -> EventOut {
    let Announced {
        sequence,
        created_at,
        event_type,
        state,
        delivered_at,
        next_attempt_at,
    } = event;
    EventOut {
        sequence,
        event_type,
        created_at,
        state,
        delivered_at,
        next_attempt_at,
    }
}

fn attempt(tried: Tried) -> AttemptOut {
    let Tried {
        endpoint,
        delivery,
        number,
        at,
        outcome,
        status,
        error,
        duration_ms,
    } = tried;
    AttemptOut {
        endpoint_id: endpoint,
        webhook_id: webhook_id(delivery),
        attempt: number,
        at,
        outcome,
        status_code: status,
        error,
        duration_ms,
    }
}
