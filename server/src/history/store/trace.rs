//! The way of one reading, from its arrival to the customer's server.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait as _, DbErr, QueryResult};
use uuid::Uuid;

use super::readings::{Stored, reading};
use super::{get, parsed, sql};
use crate::ground::enums::{AttemptOutcome, EventDeliveryState};
use crate::ground::ids::{DeliveryId, EndpointId, ReadingId};
use crate::tenancy::{CustomerScope, Tx};

/// Attempts that a trace shows.
const MOST_ATTEMPTS: i64 = 100;

/// Everything that is known of a reading's way.
pub struct Trace {
    /// The reading itself.
    pub reading: Stored,
    /// Its events, first the one that announced it.
    pub events: Vec<Announced>,
    /// The attempts to deliver them, in the order they were made.
    pub attempts: Vec<Tried>,
}

/// An event that the router made of it.
#[derive(Debug, Clone)]
pub struct Announced {
    /// Its number in the customer's stream.
    pub sequence: i64,
    /// When the router numbered it.
    pub created_at: DateTime<Utc>,
    /// What it says.
    pub event_type: String,
    /// How far it came.
    pub state: EventDeliveryState,
    /// When the customer's server had it.
    pub delivered_at: Option<DateTime<Utc>>,
    /// When it is tried next.
    pub next_attempt_at: Option<DateTime<Utc>>,
}

/// One attempt to deliver it.
#[derive(Debug, Clone)]
pub struct Tried {
    /// Where to.
    pub endpoint: EndpointId,
    /// The delivery, whose id is the `webhook-id`.
    pub delivery: DeliveryId,
    /// The how-many-eth of its delivery.
    pub number: i16,
    /// When.
    pub at: DateTime<Utc>,
    /// What became of it.
    pub outcome: AttemptOutcome,
    /// The status that was answered.
    pub status: Option<i16>,
    /// What went wrong.
    pub error: Option<String>,
    /// How long it took, in ms.
    pub duration_ms: i32,
}

const EVENTS: &str =
    "select sequence, created_at, type, delivery_state, delivered_at, next_attempt_at from event
    where reading_id = $1 and created_at >= $2::timestamptz - interval '1 minute' order by sequence";

/// What still waits or was given up names its deliveries; what was delivered has left the queue, so its attempts are
/// looked for between the event and its delivery, where the log's index finds them.
const ATTEMPTS: &str = "
    with open as materialized (
      select id from delivery where event_sequences && $1::bigint[]
    ), near as (
      select a.* from endpoint n join delivery_attempt a on a.endpoint_id = n.id
      where a.created_at >= $2 and a.created_at <= $3 and a.event_sequences && $1::bigint[]
      union
      select a.* from open o join delivery_attempt a on a.delivery_id = o.id
      where a.created_at >= $2
    )
    select endpoint_id, delivery_id, attempt, created_at, outcome, status_code, error, duration_ms
    from near order by created_at limit $4";

/// The trace of a reading, if the scope sees it.
pub async fn trace(tx: &Tx<CustomerScope>, id: ReadingId) -> Result<Option<Trace>, DbErr> {
    let Some(reading) = reading(tx, id).await? else {
        return Ok(None);
    };
    let found = sql(EVENTS, [id.as_uuid().into(), reading.received_at.into()]);
    let events: Vec<Announced> = tx
        .connection()
        .query_all_raw(found)
        .await?
        .iter()
        .map(announced)
        .collect::<Result<_, _>>()?;
    let Some(first) = events.iter().map(|event| event.created_at).min() else {
        return Ok(Some(Trace {
            reading,
            events,
            attempts: Vec::new(),
        }));
    };
    let last = events
        .iter()
        .filter_map(|event| event.delivered_at)
        .max()
        .unwrap_or(first);
    let sequences: Vec<i64> = events.iter().map(|event| event.sequence).collect();
    let until = last + chrono::TimeDelta::minutes(5);
    let attempts = sql(
        ATTEMPTS,
        [sequences.into(), first.into(), until.into(), MOST_ATTEMPTS.into()],
    );
    let attempts = tx
        .connection()
        .query_all_raw(attempts)
        .await?
        .iter()
        .map(tried)
        .collect::<Result<_, _>>()?;
    Ok(Some(Trace {
        reading,
        events,
        attempts,
    }))
}

fn announced(row: &QueryResult) -> Result<Announced, DbErr> {
    Ok(Announced {
        sequence: get(row, "sequence")?,
        created_at: get(row, "created_at")?,
        event_type: get(row, "type")?,
        state: parsed(row, "delivery_state")?,
        delivered_at: get(row, "delivered_at")?,
        next_attempt_at: get(row, "next_attempt_at")?,
    })
}

fn tried(row: &QueryResult) -> Result<Tried, DbErr> {
    Ok(Tried {
        endpoint: get::<Uuid>(row, "endpoint_id")?.into(),
        delivery: get::<Uuid>(row, "delivery_id")?.into(),
        number: get(row, "attempt")?,
        at: get(row, "created_at")?,
        outcome: parsed(row, "outcome")?,
        status: get(row, "status_code")?,
        error: get(row, "error")?,
        duration_ms: get(row, "duration_ms")?,
    })
}
