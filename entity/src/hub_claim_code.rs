//! `hub_claim_code`: codes with which hubs claim themselves once.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{ClaimCodeId, HubId};
use crate::relations::belongs_to;

/// A claim code; the code itself is stored nowhere.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "hub_claim_code")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ClaimCodeId,
    /// The hub it is for.
    pub hub_id: HubId,
    /// HMAC-SHA-256 of the code under the platform's pepper, 32 bytes.
    pub code_hmac: Vec<u8>,
    /// When it was issued.
    pub created_at: DateTime<Utc>,
    /// From when on it is refused.
    pub expires_at: DateTime<Utc>,
    /// When a hub used it.
    pub used_at: Option<DateTime<Utc>>,
}

belongs_to! {
    Hub: HubId => hub.Id,
}
