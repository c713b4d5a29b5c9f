//! Devices that a customer gave back. What they measured in its time stays its own, and is found as long as it is kept; of
//! what became of them since, it is told nothing.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::devices::{self, Device, DeviceFilter, DeviceKeyset};
use super::store::{
    self,
    printed::{Printed, Sought},
};
use super::{Ask, Page, RegistryError};
use crate::ground::enums::DeviceState;
use crate::ground::ids::DeviceId;
use crate::tenancy::{CustomerScope, Database, Scope as _, SystemScope};

/// They are listed as long as readings are kept.
pub const AS_LONG: TimeDelta = TimeDelta::days(7);

/// When a customer had a device for the last time.
#[derive(Debug, Clone, Copy)]
pub(super) struct LastTime {
    pub(super) device: DeviceId,
    pub(super) from: DateTime<Utc>,
    pub(super) until: DateTime<Utc>,
}

/// A device that a customer has, or had.
#[derive(Debug, Clone)]
pub struct Had {
    /// The device. Where it was given back it is as it stood to the customer: what is printed on it, returned, and nothing of
    /// later.
    pub device: Device,
    /// The first moment at which the customer had it no more; none: it has it.
    pub until: Option<DateTime<Utc>>,
}

/// A device that the customer has, or had and gave back.
///
/// # Errors
/// Not found, where it never had it, or the caller sees some of its sites alone, and the device at none of them.
pub async fn had(database: &Database, by: &CustomerScope, id: DeviceId) -> Result<Had, RegistryError> {
    let (device, last) = by
        .run(database, async |tx| {
            Ok::<_, RegistryError>(match devices::get(tx, id).await {
                Ok(device) => (Some(device), Vec::new()),
                Err(RegistryError::NotFound(_)) => (None, store::given_back::last_times(tx, &[id]).await?),
                Err(error) => return Err(error),
            })
        })
        .await?;
    if let Some(device) = device {
        return Ok(Had { device, until: None });
    }
    let ids: Vec<DeviceId> = last.iter().map(|period| period.device).collect();
    let gone = Sought {
        not_at: by.customer(),
        ..Sought::default()
    };
    let printed = printed(database, &ids, &gone, &Ask::first(1)).await?;
    given_back(printed, last)
        .into_iter()
        .next()
        .ok_or(RegistryError::NotFound("device"))
}

/// A page of those that the customer gave back after a time and has no more, by serial, as the filter asks for them: by a
/// part of what is printed on them, and by what they measure. Beyond 10,000 the latest are looked through.
pub async fn since(
    database: &Database,
    by: &CustomerScope,
    after: DateTime<Utc>,
    filter: &DeviceFilter,
    ask: &Ask<DeviceKeyset>,
) -> Result<Page<Had, DeviceKeyset>, RegistryError> {
    // Where it stands is not the customer's to know any more, nor whether it wants somebody.
    let ids = if filter.site.is_none() && filter.wants.is_none() {
        by.run(database, async |tx| store::given_back::since(tx, after).await)
            .await?
    } else {
        Vec::new()
    };
    let sought = Sought {
        q: filter.q.as_deref(),
        kind: filter.kind,
        not_at: by.customer(),
    };
    let printed = printed(database, &ids, &sought, ask).await?;
    let page = Page::of(printed, ask, |one| (one.serial.clone(), one.id.as_uuid()));
    let ids: Vec<DeviceId> = page.rows.iter().map(|one| one.id).collect();
    let last = if ids.is_empty() {
        Vec::new()
    } else {
        by.run(database, async |tx| store::given_back::last_times(tx, &ids).await)
            .await?
    };
    Ok(Page {
        rows: given_back(page.rows, last),
        next: page.next,
    })
}

/// What is printed on those of the customer's former devices that are sought.
async fn printed(
    database: &Database,
    ids: &[DeviceId],
    sought: &Sought<'_>,
    ask: &Ask<DeviceKeyset>,
) -> Result<Vec<Printed>, RegistryError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    SystemScope::for_purpose("name devices that the caller has given back")
        .run(database, async |tx| {
            store::printed::system_printed(tx, ids, sought, ask).await
        })
        .await
}

fn given_back(printed: Vec<Printed>, last: Vec<LastTime>) -> Vec<Had> {
    let last: HashMap<DeviceId, LastTime> = last.into_iter().map(|one| (one.device, one)).collect();
    let had = |printed: Printed| {
        let period = last.get(&printed.id)?;
        Some(Had {
            until: Some(period.until),
            device: returned(printed, period.from),
        })
    };
    printed.into_iter().filter_map(had).collect()
}

fn returned(printed: Printed, from: DateTime<Utc>) -> Device {
    Device {
        id: printed.id,
        maker: printed.maker,
        serial: printed.serial,
        model_id: printed.model_id,
        model: printed.model,
        kinds: printed.kinds,
        transport: printed.transport,
        reports: Vec::new(),
        distributor: None,
        distributor_name: None,
        distributor_reference: None,
        customer: None,
        customer_name: None,
        customer_reference: None,
        site: None,
        imei: None,
        mac: None,
        iccid: None,
        firmware: None,
        state: DeviceState::Returned,
        reserved: None,
        ever_moved: true,
        held_since: None,
        created_at: from,
        last_seen_at: None,
        last_reading_at: None,
        last_kind: None,
        battery_percent: None,
        signal_dbm: None,
    }
}
