//! `device_credential`: devices' own tokens.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{CredentialId, CustomerId, DeviceId, DistributorId};
use crate::relations::belongs_to;

/// A device's token; the token itself is stored nowhere.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "device_credential")]
pub struct Model {
    /// Its id, which the readings it sent carry.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CredentialId,
    /// Whose it is.
    pub device_id: DeviceId,
    /// HMAC-SHA-256 of the token under the platform's pepper, 32 bytes.
    pub token_hmac: Vec<u8>,
    /// When it was issued.
    pub created_at: DateTime<Utc>,
    /// From when on it is refused.
    pub revoked_at: Option<DateTime<Utc>>,
    /// The customer for whom it was issued: it proves readings of theirs alone.
    pub customer_id: Option<CustomerId>,
    /// The distributor in whose stock or portfolio the device was when it was issued. Neither: it goes with the device.
    pub distributor_id: Option<DistributorId>,
}

belongs_to! {
    Device: DeviceId => device.Id,
    Customer: CustomerId => customer.Id,
    Distributor: DistributorId => distributor.Id,
}
