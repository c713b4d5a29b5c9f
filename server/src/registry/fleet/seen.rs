//! The devices behind a hub.

use chrono::{DateTime, Utc};

use crate::ground::enums::DeviceState;
use crate::ground::ids::{DeviceId, HubId};
use crate::registry::{RegistryError, RegistryScope, hubs, store};
use crate::tenancy::Tx;

/// A device that was last heard through the hub.
#[derive(Debug, Clone)]
pub struct SeenDevice {
    /// The device.
    pub id: DeviceId,
    /// Who made it.
    pub maker: String,
    /// Its serial number.
    pub serial: String,
    /// Its model.
    pub model: String,
    /// Whether readings are taken from it.
    pub state: DeviceState,
    /// When it was last heard.
    pub last_seen_at: DateTime<Utc>,
    /// When its last reading arrived.
    pub last_reading_at: Option<DateTime<Utc>>,
    /// Charge in percent.
    pub battery_percent: Option<i16>,
    /// Strength of its signal at the hub, dBm.
    pub signal_dbm: Option<i16>,
}

/// The devices that were last heard through a hub, by serial.
pub async fn devices_of<S: RegistryScope>(tx: &Tx<S>, hub: HubId) -> Result<Vec<SeenDevice>, RegistryError> {
    hubs::get(tx, hub).await?;
    store::fleet::devices_of(tx, hub).await
}
