//! `device_credential`: devices' own tokens.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{CredentialId, DeviceId};
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
}

belongs_to! {
    Device: DeviceId => device.Id,
}
