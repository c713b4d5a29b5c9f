//! `hub`: hubs and who holds each now.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::enums::{Errand, HubState};
use crate::ids::{CustomerId, DistributorId, HubId, SiteId, UserId};
use crate::relations::belongs_to;

/// A hub.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "hub")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: HubId,
    /// Its serial number, 1 to 64 characters.
    pub serial: String,
    /// What its holder calls it, 1 to 200 characters.
    pub name: String,
    /// In whose stock or portfolio it is.
    pub distributor_id: Option<DistributorId>,
    /// Who holds it now.
    pub customer_id: Option<CustomerId>,
    /// Where it is in its life.
    pub state: HubState,
    /// The Ed25519 key with which it signs, 32 bytes.
    pub public_key: Option<Vec<u8>>,
    /// The key's fingerprint as people compare it.
    pub fingerprint: Option<String>,
    /// The version of its program as it last said, at most 64 characters.
    pub version: Option<String>,
    /// When it registered its key.
    pub claimed_at: Option<DateTime<Utc>>,
    /// When a person confirmed the fingerprint.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Who confirmed it.
    pub confirmed_by: Option<UserId>,
    /// When it last spoke; no change of the registry.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// What it is promised to: nothing else is done with it meanwhile.
    pub reserved_for: Option<Errand>,
    /// Where it stands, at one of its customer's sites.
    pub site_id: Option<SiteId>,
}

belongs_to! {
    Customer: CustomerId => customer.Id,
    Distributor: DistributorId => distributor.Id,
}
