//! Devices that a customer gave back. What they measured in its time stays its own, and is found as long as it is kept; of
//! what became of them since, it is told nothing.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use vitals::Kind;

use super::RegistryError;
use super::devices::{self, Device, DeviceFilter, DeviceKeyset};
use super::store;
use crate::ground::enums::{DeviceState, Transport};
use crate::ground::ids::{DeviceId, DeviceModelId};
use crate::tenancy::{CustomerScope, Database, Scope as _, SystemScope};

/// They are listed as long as readings are kept.
pub const AS_LONG: TimeDelta = TimeDelta::days(7);

/// What is printed on a device, whoever has it now.
#[derive(Debug, Clone)]
pub(super) struct Printed {
    pub(super) id: DeviceId,
    pub(super) maker: String,
    pub(super) serial: String,
    pub(super) model_id: DeviceModelId,
    pub(super) model: String,
    pub(super) kinds: Vec<Kind>,
    pub(super) transport: Transport,
}

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
                Ok(device) => (Some(device), None),
                Err(RegistryError::NotFound(_)) => (None, store::given_back::of_device(tx, id).await?),
                Err(error) => return Err(error),
            })
        })
        .await?;
    if let Some(device) = device {
        return Ok(Had { device, until: None });
    }
    let found = named(database, last.into_iter().collect()).await?;
    found.into_iter().next().ok_or(RegistryError::NotFound("device"))
}

/// Those that the customer gave back after a time and has no more, by serial, as the filter asks for them. At most
/// 2,000, the latest.
pub async fn since(
    database: &Database,
    by: &CustomerScope,
    after: DateTime<Utc>,
    filter: &DeviceFilter,
) -> Result<Vec<Had>, RegistryError> {
    let work = async |tx: &_| store::given_back::since(tx, after).await;
    let periods = by.run(database, work).await?;
    let mut found = named(database, periods).await?;
    found.retain(|one| is_wanted(&one.device, filter));
    found.sort_by_key(|one| key(&one.device));
    Ok(found)
}

/// Where a device stands in the order of [`since`].
pub fn key(device: &Device) -> DeviceKeyset {
    (device.serial.clone(), device.id.as_uuid())
}

async fn named(database: &Database, periods: Vec<LastTime>) -> Result<Vec<Had>, RegistryError> {
    if periods.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<DeviceId> = periods.iter().map(|period| period.device).collect();
    let printed = SystemScope::for_purpose("name devices that the caller has given back")
        .run(database, async |tx| {
            store::given_back::system_printed(tx, &ids).await
        })
        .await?;
    let mut printed: HashMap<DeviceId, Printed> = printed.into_iter().map(|one| (one.id, one)).collect();
    Ok(periods
        .into_iter()
        .filter_map(|period| Some(given_back(printed.remove(&period.device)?, period)))
        .collect())
}

fn given_back(printed: Printed, period: LastTime) -> Had {
    Had {
        until: Some(period.until),
        device: Device {
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
            created_at: period.from,
            last_seen_at: None,
            last_reading_at: None,
            last_kind: None,
            battery_percent: None,
            signal_dbm: None,
        },
    }
}

fn is_wanted(device: &Device, filter: &DeviceFilter) -> bool {
    let says = |text: &str| {
        let text = text.to_lowercase();
        [&device.serial, &device.maker, &device.model]
            .iter()
            .any(|word| word.to_lowercase().contains(&text))
    };
    // It stands at no site, and wants nobody.
    filter.site.is_none()
        && filter.wants.is_none()
        && filter.q.as_deref().is_none_or(says)
        && filter.kind.is_none_or(|kind| device.kinds.contains(&kind))
}
