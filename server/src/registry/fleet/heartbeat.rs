//! A hub says how it is.

use std::collections::BTreeMap;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use vitals::DeviceKey;

use super::HubWordError;
use crate::ground::Ground;
use crate::ground::enums::HubCommandKind;
use crate::ground::ids::HubCommandId;
use crate::registry::vitality::KEPT_DAYS;
use crate::registry::{HubIdentity, store};
use crate::tenancy::{Database, Scope as _, SystemScope};

/// Devices that one heartbeat may speak of.
const MOST_DEVICES: usize = 1_000;
/// Seconds from one heartbeat to the next; fewer while the hub has something to do.
const CALM: u32 = 60;
const BUSY: u32 = 10;

/// What a hub says of itself.
#[derive(Debug, Clone)]
pub struct Heartbeat {
    /// Its program's version, at most 64 characters.
    pub version: Option<String>,
    /// How long the program has been running, seconds.
    pub uptime_seconds: u64,
    /// How many readings wait in its ledger.
    pub queued: u64,
    /// Its devices.
    pub devices: Vec<HeardDevice>,
}

/// What a hub says of a device.
#[derive(Debug, Clone)]
pub struct HeardDevice {
    /// Which one.
    pub key: DeviceKey,
    /// Charge, 0 to 100 %.
    pub battery_percent: Option<i16>,
    /// Strength of its signal at the hub, dBm.
    pub signal_dbm: Option<i16>,
    /// When the hub last heard it; one that it never heard changes nothing.
    pub last_seen_at: Option<DateTime<Utc>>,
}

/// What a hub is to do.
#[derive(Debug, Clone)]
pub struct Orders {
    /// Open commands, oldest first. One that was told before is told again until the hub says what came of it.
    pub commands: Vec<(HubCommandId, HubCommandKind)>,
    /// In how many seconds to come again.
    pub next_seconds: u32,
}

/// Takes a heartbeat of a hub that proved itself, and tells it what to do.
pub async fn system_heartbeat(
    ground: &Ground,
    database: &Database,
    hub: &HubIdentity,
    heartbeat: Heartbeat,
) -> Result<Orders, HubWordError> {
    let now = ground.now().trunc_subsecs(6);
    let heartbeat = checked(heartbeat, now)?;
    let commands = SystemScope::for_purpose("take the heartbeat of a hub that proved itself")
        .run(database, async |tx| {
            let stands = store::fleet::system_listen(tx, hub).await?;
            let stands = stands.ok_or(HubWordError::NotActive)?;
            if store::fleet::system_note(tx, stands, &heartbeat, now).await? {
                tracing::info!(hub = %hub.hub, "a hub is heard again");
                metrics::counter!("vitalwire_hubs_back_total").increment(1);
            }
            store::vitality::system_note_beat(tx, stands, &heartbeat, now).await?;
            let kept_since = now - TimeDelta::days(KEPT_DAYS);
            store::fleet::system_note_devices(tx, stands, &heartbeat.devices, kept_since).await?;
            Ok::<_, HubWordError>(store::fleet::system_tell(tx, hub.hub, now).await?)
        })
        .await?;
    let next_seconds = if commands.is_empty() { CALM } else { BUSY };
    Ok(Orders {
        commands,
        next_seconds,
    })
}

/// Each device once, the last word counts; nothing lies in the future.
fn checked(heartbeat: Heartbeat, now: DateTime<Utc>) -> Result<Heartbeat, HubWordError> {
    if heartbeat.devices.len() > MOST_DEVICES {
        return Err(HubWordError::Invalid(
            "a heartbeat speaks of 1,000 devices at most",
        ));
    }
    let version = heartbeat.version.map(|version| version.trim().to_owned());
    let version = version.filter(|version| !version.is_empty());
    if version
        .as_deref()
        .is_some_and(|text| text.chars().count() > 64 || text.chars().any(char::is_control))
    {
        return Err(HubWordError::Invalid(
            "the version must have at most 64 printable characters",
        ));
    }
    let mut devices = BTreeMap::new();
    for device in heartbeat.devices {
        if device
            .battery_percent
            .is_some_and(|percent| !(0..=100).contains(&percent))
        {
            return Err(HubWordError::Invalid("a battery has 0 to 100 percent"));
        }
        let known_by = (
            device.key.maker.as_str().to_ascii_lowercase(),
            device.key.serial.as_str().to_owned(),
        );
        let last_seen_at = device.last_seen_at.map(|at| at.min(now));
        devices.insert(
            known_by,
            HeardDevice {
                last_seen_at,
                ..device
            },
        );
    }
    Ok(Heartbeat {
        version,
        devices: devices.into_values().collect(),
        ..heartbeat
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(maker: &str, battery: i16, seconds: i64) -> HeardDevice {
        HeardDevice {
            key: DeviceKey::parse(maker, "S-1").unwrap(),
            battery_percent: Some(battery),
            signal_dbm: None,
            last_seen_at: DateTime::from_timestamp(seconds, 0),
        }
    }

    fn heartbeat(devices: Vec<HeardDevice>) -> Heartbeat {
        Heartbeat {
            version: Some("  ".to_owned()),
            uptime_seconds: 1,
            queued: 0,
            devices,
        }
    }

    #[test]
    fn each_device_is_noted_once_and_not_in_the_future() {
        let now = DateTime::from_timestamp(100, 0).unwrap();
        let checked = checked(heartbeat(vec![heard("Acme", 7, 5), heard("ACME", 8, 200)]), now).unwrap();
        assert_eq!(checked.version, None);
        let devices: Vec<_> = checked
            .devices
            .iter()
            .map(|device| (device.battery_percent, device.last_seen_at))
            .collect();
        assert_eq!(devices, [(Some(8), Some(now))]);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let now = DateTime::from_timestamp(100, 0).unwrap();
        assert!(checked(heartbeat(vec![heard("Acme", 101, 5)]), now).is_err());
        assert!(checked(heartbeat(vec![heard("Acme", 1, 5); MOST_DEVICES + 1]), now).is_err());
        let long = Heartbeat {
            version: Some("1".repeat(65)),
            ..heartbeat(Vec::new())
        };
        assert!(checked(long, now).is_err());
    }
}
