//! What a customer sees of its endpoints, their deliveries and attempts.

use chrono::{DateTime, Utc};

use super::signature::public_key_text;
use crate::ground::enums::{AttemptOutcome, EndpointFormat, EndpointState, EventDeliveryState};
use crate::ground::ids::{AttemptId, DeliveryId, EndpointId, ReadingId};

/// A customer's own server, as its owner sees it. Its secrets are not in here.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the table's, commented there")]
pub struct Endpoint {
    pub id: EndpointId,
    pub url: String,
    pub description: String,
    pub state: EndpointState,
    pub disabled_reason: Option<String>,
    pub format: EndpointFormat,
    pub batch_max: i16,
    pub max_concurrency: i16,
    /// For whoever verifies `v1a`, as `whpk_…`.
    pub public_key: String,
    pub last_success_at: Option<DateTime<Utc>>,
    pub last_failure_at: Option<DateTime<Utc>>,
    pub consecutive_failures: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// An endpoint to be.
#[derive(Debug, Clone)]
pub struct NewEndpoint {
    /// Where to send.
    pub url: String,
    /// What the customer calls it.
    pub description: String,
    /// How readings are written.
    pub format: EndpointFormat,
    /// Events in one request at most, 1 to 100.
    pub batch_max: i16,
}

/// What is to change; `None` leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct EndpointChange {
    /// Where to send.
    pub url: Option<String>,
    /// What the customer calls it.
    pub description: Option<String>,
    /// How readings are written.
    pub format: Option<EndpointFormat>,
    /// Events in one request at most, 1 to 100.
    pub batch_max: Option<i16>,
    /// Requests under way at once, 1 to 64.
    pub max_concurrency: Option<i16>,
    /// Enabled again, or paused: events keep gathering.
    pub state: Option<EndpointState>,
}

/// A new endpoint, and its secret, which is never shown again.
#[derive(Debug)]
pub struct Registered {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// The secret of `v1`, as `whsec_…`.
    pub secret: String,
}

/// How an endpoint fares. Counts stop at 100,000.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct EndpointHealth {
    /// Deliveries that succeeded in the last hour.
    pub delivered_last_hour: i64,
    /// Attempts that failed in the last hour.
    pub failed_last_hour: i64,
    /// Half of the last hour's deliveries were there within so many ms of their arrival here.
    pub p50_ms: Option<f64>,
    /// 99 of 100 were.
    pub p99_ms: Option<f64>,
    /// Deliveries that wait to be sent, first or again.
    pub waiting: i64,
    /// Deliveries on the dead-letter shelf.
    pub dead: i64,
    /// When the next retry is due.
    pub next_retry_at: Option<DateTime<Utc>>,
}

/// One attempt in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the table's, commented there")]
pub struct Attempt {
    pub id: AttemptId,
    pub at: DateTime<Utc>,
    pub delivery: DeliveryId,
    pub sequences: Vec<i64>,
    pub event_type: String,
    /// The how-many-eth of its delivery, from 1.
    pub number: i16,
    pub outcome: AttemptOutcome,
    pub status: Option<i16>,
    pub error: Option<String>,
    /// The first kilobyte of the answer.
    pub answer: Option<String>,
    pub duration_ms: i32,
    pub latency_ms: Option<i64>,
    pub next_attempt_at: Option<DateTime<Utc>>,
}

/// A delivery that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the table's, commented there")]
pub struct DeadLetter {
    pub delivery: DeliveryId,
    pub sequences: Vec<i64>,
    pub created_at: DateTime<Utc>,
    /// Until when it can be sent again.
    pub kept_until: DateTime<Utc>,
    pub attempts: i16,
    pub last_attempt_at: Option<DateTime<Utc>>,
    pub last_status: Option<i16>,
    pub last_error: Option<String>,
}

/// How far a reading's event has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadingDelivery {
    /// The reading.
    pub reading: ReadingId,
    /// Its place in the customer's stream.
    pub sequence: i64,
    /// How far it is.
    pub state: EventDeliveryState,
    /// When the customer's server had it.
    pub delivered_at: Option<DateTime<Utc>>,
    /// When it is tried next.
    pub next_attempt_at: Option<DateTime<Utc>>,
}

/// The `webhook-id` of a delivery.
pub fn webhook_id(delivery: DeliveryId) -> String {
    format!("msg_{}", delivery.as_uuid().as_simple())
}

impl Endpoint {
    /// The public key's text form.
    pub(super) fn key_text(bytes: &[u8]) -> Option<String> {
        bytes.try_into().ok().map(public_key_text)
    }
}
