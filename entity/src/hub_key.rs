//! `hub_key`: every key that a hub ever held, and when.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{HubId, HubKeyId};
use crate::relations::belongs_to;

/// A period in which a hub held a key. Periods of one hub never overlap.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "hub_key")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: HubKeyId,
    /// Who held it.
    pub hub_id: HubId,
    /// The Ed25519 public key, 32 bytes.
    pub public_key: Vec<u8>,
    /// Its fingerprint as people compare it.
    pub fingerprint: String,
    /// When it was claimed.
    pub valid_from: DateTime<Utc>,
    /// When another took its place; none while the hub holds it.
    pub valid_until: Option<DateTime<Utc>>,
}

belongs_to! {
    Hub: HubId => hub.Id,
}
