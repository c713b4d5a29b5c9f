//! The devices that went on with each other's readings.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::ground::enums::MoveReason;
use crate::ground::ids::DeviceId;
use crate::registry::store::history::{MOST, OfLine};
use crate::registry::store::printed::{Printed, Sought};
use crate::registry::{Ask, RegistryError, RegistryScope, devices, store};
use crate::tenancy::{Database, Scope as _, SystemScope};

/// A period in which a device of the line was at the customer.
#[derive(Debug, Clone)]
pub struct LinePeriod {
    /// The device.
    pub device: DeviceId,
    /// Who made it.
    pub maker: String,
    /// Its serial number.
    pub serial: String,
    /// Its model.
    pub model: String,
    /// Its first moment at the customer.
    pub from: DateTime<Utc>,
    /// The first moment at which it is no longer the line's: it was given back, or another took its place; none: it lasts.
    pub until: Option<DateTime<Utc>>,
    /// The first moment at which it is no longer the customer's; none: it lasts.
    pub held_until: Option<DateTime<Utc>>,
    /// What the move was that began it.
    pub reason: MoveReason,
    /// Why, in a person's words.
    pub note: Option<String>,
    /// The device whose place it took.
    pub replaces: Option<DeviceId>,
}

/// The devices of one line at the customer who had this one last, with their periods, newest first. One that was given back
/// stays in it, though it is no longer the customer's.
pub async fn line<S: RegistryScope>(
    database: &Database,
    by: &S,
    device: DeviceId,
) -> Result<Vec<LinePeriod>, RegistryError> {
    let periods = by
        .run(database, async |tx| {
            let periods = store::history::line(tx, device).await?;
            if periods.is_empty() {
                devices::get(tx, device).await?;
            }
            Ok::<_, RegistryError>(periods)
        })
        .await?;
    if periods.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<DeviceId> = periods.iter().map(OfLine::device).collect();
    let printed = SystemScope::for_purpose(
        "name the devices of a line that the caller sees, also those it has given back",
    )
    .run(database, async |tx| {
        store::printed::system_printed(tx, &ids, &Sought::default(), &Ask::first(MOST)).await
    })
    .await?;
    let printed: HashMap<DeviceId, Printed> = printed.into_iter().map(|one| (one.id, one)).collect();
    let named = |period: OfLine| printed.get(&period.device()).map(|printed| period.named(printed));
    Ok(periods.into_iter().filter_map(named).collect())
}
