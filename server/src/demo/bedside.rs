//! What a simulated hub knows of itself and of the devices around it, for its heartbeat and for what people ask of it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use vitalwire_hub::{Bedside, DeviceHealth, Heartbeat, HubDevice, MemoryLedger};

use super::devices::told;
use super::values::time;
use super::world::Device;
use crate::ground::Ground;

/// Lines that a hub keeps of what it did.
const LINES: usize = 200;

/// The inside of a hub. It says no more than a real one could: what it heard, when, and how strongly.
#[derive(Debug)]
pub(super) struct Inside {
    ground: Ground,
    began: DateTime<Utc>,
    ledger: Arc<MemoryLedger>,
    devices: Vec<Device>,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// When each device was last heard, by its serial.
    heard: HashMap<String, DateTime<Utc>>,
    /// What the hub did, without a value.
    lines: VecDeque<String>,
}

impl Inside {
    /// A hub that has just been switched on.
    pub(super) fn new(ground: Ground, ledger: Arc<MemoryLedger>, devices: Vec<Device>) -> Self {
        let began = ground.now();
        let inside = Self {
            ground,
            began,
            ledger,
            devices,
            kept: Mutex::default(),
        };
        inside.write("started");
        inside
    }

    /// The devices around it.
    pub(super) fn devices(&self) -> &[Device] {
        &self.devices
    }

    /// A device was heard.
    pub(super) fn hear(&self, serial: &str, at: DateTime<Utc>) {
        let mut kept = self.kept();
        let last = kept.heard.entry(serial.to_owned()).or_insert(at);
        *last = (*last).max(at);
    }

    /// A line of the hub's own log; never a value.
    pub(super) fn write(&self, what: &str) {
        let line = format!("{} {what}", time(self.ground.now()));
        let mut kept = self.kept();
        if kept.lines.len() == LINES {
            kept.lines.pop_front();
        }
        kept.lines.push_back(line);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of(&self, device: &Device) -> DeviceHealth {
        let (battery, signal) = told(&device.serial);
        DeviceHealth {
            maker: device.maker.clone(),
            serial: device.serial.clone(),
            battery_percent: Some(battery),
            signal_dbm: Some(signal),
            last_seen_at: self.kept().heard.get(&device.serial).copied(),
        }
    }
}

impl Bedside for Inside {
    async fn health(&self) -> Heartbeat {
        let up = self.ground.now() - self.began;
        Heartbeat {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            uptime_seconds: up.num_seconds().max(0).unsigned_abs(),
            queued: self.ledger.len() as u64,
            devices: self.devices.iter().map(|device| self.of(device)).collect(),
        }
    }

    async fn serve(&self, devices: Vec<HubDevice>) {
        self.write(&format!("serves {} devices", devices.len()));
    }

    async fn rescan(&self) -> Result<String, String> {
        let words = format!("found {} devices", self.devices.len());
        self.write(&words);
        Ok(words)
    }

    async fn log(&self) -> Result<String, String> {
        let lines: Vec<String> = self.kept().lines.iter().cloned().collect();
        Ok(lines.join("\n"))
    }
}
