//! `delivery`: what is still to be sent, and the dead-letter shelf.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::enums::DeliveryState;
use crate::ids::{CustomerId, DeliveryId, EndpointId, Sequence};
use crate::relations::belongs_to;

/// A delivery that has not succeeded; one that has leaves this table for the log of attempts.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery")]
pub struct Model {
    /// Its id, which is the `webhook-id`, the same across retries and replays.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DeliveryId,
    /// Whose it is.
    pub customer_id: CustomerId,
    /// Where it goes.
    pub endpoint_id: EndpointId,
    /// Deliveries of one lane wait for each other where order was asked for.
    pub lane: String,
    /// The events it carries, 1 to 100, by their positions in the customer's stream.
    pub event_sequences: Vec<Sequence>,
    /// When its oldest event was numbered: from which day on to look for them.
    pub events_created_at: DateTime<Utc>,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was claimed: the fencing token of whoever holds its lease.
    pub attempt: i16,
    /// When it is due.
    pub next_attempt_at: DateTime<Utc>,
    /// Until when a worker holds it.
    pub lease_until: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Until when what it carries lies on the shelf; its day has left the history.
    pub shelved_until: Option<DateTime<Utc>>,
    /// When it was last tried before it was shelved.
    pub last_attempt_at: Option<DateTime<Utc>>,
    /// The HTTP status of the answer then.
    pub last_status_code: Option<i16>,
    /// What went wrong then, at most 500 characters.
    pub last_error: Option<String>,
}

belongs_to! {
    Endpoint: EndpointId => endpoint.Id,
}
