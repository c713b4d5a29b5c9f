//! Who had a device, and when.

use chrono::{DateTime, Utc};

use crate::ground::enums::MoveReason;
use crate::ground::ids::{AssignmentId, CustomerId, DeviceId, DistributorId};
use crate::registry::authors::Doer;
use crate::registry::{RegistryError, RegistryScope, devices, store};
use crate::tenancy::Tx;

/// A period in which somebody had a device or a hub.
#[derive(Debug, Clone)]
pub struct HeldPeriod {
    /// Its id.
    pub id: AssignmentId,
    /// In whose stock or portfolio it was.
    pub distributor: Option<DistributorId>,
    /// That distributor's name, where the caller may know it.
    pub distributor_name: Option<String>,
    /// Who held it; none: it was in stock.
    pub customer: Option<CustomerId>,
    /// That customer's name.
    pub customer_name: Option<String>,
    /// Its first moment.
    pub from: DateTime<Utc>,
    /// The first moment after it; none: it lasts.
    pub until: Option<DateTime<Utc>>,
    /// What the move was that began it.
    pub reason: MoveReason,
    /// Why, in a person's words.
    pub note: Option<String>,
    /// The device whose place it took.
    pub replaces: Option<DeviceId>,
    /// That device's serial number, where the caller sees it now.
    pub replaces_serial: Option<String>,
    /// Who began it, as the caller may be told.
    pub begun_by: Doer,
    /// Who ended it, likewise.
    pub ended_by: Doer,
    /// When it was written down.
    pub written_at: DateTime<Utc>,
}

/// All periods of a device that the scope may see, newest first: a customer its own, a distributor those of its stock and
/// its customers. Who had the device once still sees when.
pub async fn history<S: RegistryScope>(
    tx: &Tx<S>,
    by: &S,
    device: DeviceId,
) -> Result<Vec<HeldPeriod>, RegistryError> {
    let periods = store::history::of_device(tx, by.customer().is_none(), device).await?;
    if periods.is_empty() {
        devices::get(tx, device).await?;
    }
    Ok(periods)
}
