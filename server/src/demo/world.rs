//! The demo's memory: what it made and with which credentials, so that the next start goes on with it.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{ErrorKind, Write};
use std::ops::RangeInclusive;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use vitals::Kind;

use super::DemoError;
use crate::ground::Ground;

/// The administrator's sign-in.
pub(super) const ADMIN: &str = "admin@vitalwire.example";

/// Everything the players need. Kept in a file with mode 0600.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct World {
    /// One made-up password for all logins of the demo.
    pub(super) password: String,
    pub(super) receiver_port: Option<u16>,
    /// Who placed the devices with the clinics.
    #[serde(default = "harbor")]
    pub(super) distributor: Distributor,
    pub(super) clinics: Vec<Clinic>,
    /// Whether the week before the first start was sent already, by devices and hubs.
    #[serde(default)]
    pub(super) week_sent: bool,
    #[serde(skip)]
    file: PathBuf,
}

/// The distributor of the demo.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Distributor {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) time_zone: String,
    pub(super) id: Option<String>,
}

/// A customer of the demo.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Clinic {
    pub(super) name: String,
    pub(super) slug: String,
    pub(super) email: String,
    pub(super) time_zone: String,
    pub(super) id: Option<String>,
    /// The secret that its server verifies with.
    pub(super) endpoint: Option<Endpoint>,
    pub(super) devices: Vec<Device>,
    pub(super) hub: Option<Hub>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Endpoint {
    pub(super) id: String,
    pub(super) secret: String,
    pub(super) port: u16,
}

/// A simulated device.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Device {
    pub(super) maker: String,
    pub(super) model: String,
    pub(super) serial: String,
    pub(super) reference: String,
    pub(super) kind: Kind,
    /// Whether it sends through the clinic's hub instead of with a token of its own.
    pub(super) through_hub: bool,
    pub(super) id: Option<String>,
    pub(super) token: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Hub {
    pub(super) serial: String,
    pub(super) name: String,
    pub(super) id: Option<String>,
}

impl World {
    /// The world of an earlier start, or a new one.
    pub(super) fn open(folder: &Path, ground: &Ground) -> Result<Self, DemoError> {
        let file = folder.join("world.json");
        let io = |source| DemoError::World {
            path: file.clone(),
            source,
        };
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(io)?;
        match fs::read(&file) {
            Ok(bytes) => {
                let mut world: Self = serde_json::from_slice(&bytes).map_err(|error| io(error.into()))?;
                world.file = file;
                Ok(world)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let world = Self::new(file, ground);
                world.save()?;
                Ok(world)
            }
            Err(error) => Err(io(error)),
        }
    }

    /// Written aside, synced and renamed: a kill leaves the old or the new one.
    pub(super) fn save(&self) -> Result<(), DemoError> {
        let io = |source| DemoError::World {
            path: self.file.clone(),
            source,
        };
        let aside = self.file.with_extension("new");
        let bytes = serde_json::to_vec_pretty(self).map_err(|error| io(error.into()))?;
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&aside)
            .map_err(io)?;
        file.write_all(&bytes)
            .and_then(|()| file.sync_all())
            .map_err(io)?;
        fs::rename(&aside, &self.file).map_err(io)
    }

    fn new(file: PathBuf, ground: &Ground) -> Self {
        let password = data_encoding::BASE32_NOPAD
            .encode(&ground.random::<10>())
            .to_lowercase();
        let clinics = vec![northside(), lakeview()];
        Self {
            password,
            receiver_port: None,
            distributor: harbor(),
            clinics,
            week_sent: false,
            file,
        }
    }
}

fn harbor() -> Distributor {
    Distributor {
        name: "Harbor Devices".into(),
        email: "desk@harbor.example".into(),
        time_zone: "America/New_York".into(),
        id: None,
    }
}

fn northside() -> Clinic {
    let hub = |maker: &str, model: &str, serial: &str, reference: &str, kind| {
        device(maker, model, serial, reference, kind, true)
    };
    let mut devices = vec![
        hub("Omron", "HEM-7142T1", "N700042", "bed 4", Kind::BloodPressure),
        hub("Nonin", "Thermo BT", "N700101", "bed 3", Kind::Temperature),
        hub("Polar", "Chest strap", "N700201", "bed 3", Kind::HeartRate),
        hub("Withings", "Step watch", "N700301", "bed 5", Kind::Activity),
        hub("Withings", "Sleep mat", "N700401", "bed 5", Kind::Sleep),
    ];
    devices.extend(direct("BP Cell 2", "D0000", 17..=26, "bed", Kind::BloodPressure));
    devices.extend(direct("Scale Cell", "D0001", 1..=4, "bed", Kind::Weight));
    devices.extend(direct("Gluco Cell", "D0002", 1..=4, "bed", Kind::Glucose));
    devices.extend(direct("Oxi Cell", "D0003", 1..=4, "bed", Kind::Oximetry));
    Clinic {
        name: "Northside Clinic".into(),
        slug: "northside".into(),
        email: "nurse@northside.example".into(),
        time_zone: "America/New_York".into(),
        id: None,
        endpoint: None,
        devices,
        hub: Some(Hub {
            serial: "H-0001".into(),
            name: "Ward 3 East".into(),
            id: None,
        }),
    }
}

fn lakeview() -> Clinic {
    let mut devices = direct("BP Cell 2", "D0005", 1..=6, "home", Kind::BloodPressure);
    devices.extend(direct("Scale Cell", "D0006", 1..=3, "home", Kind::Weight));
    devices.extend(direct("Oxi Cell", "D0007", 1..=3, "home", Kind::Oximetry));
    Clinic {
        name: "Lakeview Cardiology".into(),
        slug: "lakeview".into(),
        email: "nurse@lakeview.example".into(),
        time_zone: "America/Chicago".into(),
        id: None,
        endpoint: None,
        devices,
        hub: None,
    }
}

/// Several of one model that send by themselves, for one bed or home after the other.
fn direct(model: &str, series: &str, numbers: RangeInclusive<u32>, place: &str, kind: Kind) -> Vec<Device> {
    numbers
        .zip(1..)
        .map(|(number, nth)| {
            let serial = format!("{series}{number:02}");
            device("Acme", model, &serial, &format!("{place} {nth}"), kind, false)
        })
        .collect()
}

pub(super) fn device(
    maker: &str,
    model: &str,
    serial: &str,
    reference: &str,
    kind: Kind,
    through_hub: bool,
) -> Device {
    Device {
        maker: maker.into(),
        model: model.into(),
        serial: serial.into(),
        reference: reference.into(),
        kind,
        through_hub,
        id: None,
        token: None,
    }
}
