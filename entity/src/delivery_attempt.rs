//! `delivery_attempt`: the log of deliveries, in partitions of the UTC day of the attempt.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::enums::{AttemptOutcome, EventType};
use crate::ids::{AttemptId, CustomerId, DeliveryId, EndpointId, Sequence};
use crate::relations::belongs_to;

/// One try of a delivery.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery_attempt")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AttemptId,
    /// When it was made; which day's partition it is in.
    #[sea_orm(primary_key, auto_increment = false)]
    pub created_at: DateTime<Utc>,
    /// Whose it is.
    pub customer_id: CustomerId,
    /// Where it went.
    pub endpoint_id: EndpointId,
    /// What was delivered.
    pub delivery_id: DeliveryId,
    /// The events it carried, by their positions in the customer's stream.
    pub event_sequences: Vec<Sequence>,
    /// What the first of those events says.
    pub event_type: EventType,
    /// Which try it was, from 1.
    pub attempt: i16,
    /// How it ended.
    pub outcome: AttemptOutcome,
    /// The HTTP status of the answer, where there was one.
    pub status_code: Option<i16>,
    /// What went wrong, at most 500 characters.
    pub error: Option<String>,
    /// The first 1024 characters of the answer; a customer's own words, so support may not read them.
    pub answer: Option<String>,
    /// From the first byte sent to the answer, in ms.
    pub duration_ms: i32,
    /// From the commit of the newest reading in it to the answer, in ms.
    pub latency_ms: Option<i64>,
    /// When it is tried next, where it is.
    pub next_attempt_at: Option<DateTime<Utc>>,
}

belongs_to! {}
