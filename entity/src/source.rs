//! `source`: accounts in vendors' clouds that push readings to the platform.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::enums::{SourceScheme, SourceState, Vendor};
use crate::ids::{CustomerId, SourceId, UserId};
use crate::relations::belongs_to;

/// A source. A customer's own speaks for devices of that customer; the platform's for devices of many.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "source")]
pub struct Model {
    /// Its id, which stands in the address that the vendor pushes to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SourceId,
    /// Whose cloud it is.
    pub vendor: Vendor,
    /// What people call it, 1 to 100 characters.
    pub name: String,
    /// The customer whose account it is; none: the platform's.
    pub customer_id: Option<CustomerId>,
    /// Whether anything is taken from it.
    pub state: SourceState,
    /// How the vendor shows the secret.
    pub scheme: SourceScheme,
    /// The user's name of HTTP Basic, or the header's name in lower case, 1 to 64 characters.
    pub shown_as: String,
    /// HMAC of the secret, 32 bytes.
    pub secret_hmac: Vec<u8>,
    /// Since when that secret is the one.
    pub secret_since: DateTime<Utc>,
    /// HMAC of the secret before it.
    pub former_hmac: Option<Vec<u8>>,
    /// Until when that one works on.
    pub former_until: Option<DateTime<Utc>>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// Who added it.
    pub created_by: Option<UserId>,
    /// When it was last heard; no change of the registry.
    pub last_seen_at: Option<DateTime<Utc>>,
}

belongs_to! {
    Customer: CustomerId => customer.Id,
}
