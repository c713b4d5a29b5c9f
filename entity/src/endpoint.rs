//! `endpoint`: customers' own servers.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::enums::{EndpointFormat, EndpointState};
use crate::ids::{CustomerId, EndpointId};
use crate::relations::belongs_to;

/// A customer's server, to which events go.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "endpoint")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EndpointId,
    /// Whose it is.
    pub customer_id: CustomerId,
    /// Where to post, 8 to 2000 characters.
    pub url: String,
    /// What its owner says it is for, at most 200 characters.
    pub description: String,
    /// Whether it is sent to.
    pub state: EndpointState,
    /// Why it is not, in words for its owner.
    pub disabled_reason: Option<String>,
    /// The form in which it wants readings.
    pub format: EndpointFormat,
    /// How many events one delivery may carry, 1 to 100.
    pub batch_max: i16,
    /// How many deliveries may be under way at once, 1 to 64.
    pub max_concurrency: i16,
    /// The HMAC secret (`whsec_`), sealed.
    pub secret_sealed: Vec<u8>,
    /// The Ed25519 seed (`whsk_`), sealed.
    pub signing_seed_sealed: Vec<u8>,
    /// The Ed25519 public key that checks its signatures, 32 bytes; no secret.
    pub public_key: Vec<u8>,
    /// When it last took a delivery.
    pub last_success_at: Option<DateTime<Utc>>,
    /// When it last failed to.
    pub last_failure_at: Option<DateTime<Utc>>,
    /// Failures since the last success.
    pub consecutive_failures: i32,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When its owner last changed it.
    pub updated_at: DateTime<Utc>,
    /// Its owner was told of what goes from the shelf before this time.
    pub shelf_warned_until: Option<DateTime<Utc>>,
}

belongs_to! {
    Customer: CustomerId => customer.Id,
}
