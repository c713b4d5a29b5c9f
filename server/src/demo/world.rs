//! The demo's memory: what it made and with which credentials, so that the next start goes on with it.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{ErrorKind, Write};
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
    pub(super) clinics: Vec<Clinic>,
    /// Whether the last seven days were filled already.
    pub(super) has_history: bool,
    #[serde(skip)]
    file: PathBuf,
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
            clinics,
            has_history: false,
            file,
        }
    }
}

fn northside() -> Clinic {
    let direct = |model: &str, serial: &str, reference: &str, kind| {
        device("Acme", model, serial, reference, kind, false)
    };
    let hub = |maker: &str, model: &str, serial: &str, reference: &str, kind| {
        device(maker, model, serial, reference, kind, true)
    };
    Clinic {
        name: "Northside Clinic".into(),
        slug: "northside".into(),
        email: "nurse@northside.example".into(),
        time_zone: "America/New_York".into(),
        id: None,
        endpoint: None,
        devices: vec![
            direct("BP Cell 2", "D000017", "bed 1", Kind::BloodPressure),
            direct("BP Cell 2", "D000018", "bed 2", Kind::BloodPressure),
            direct("Scale Cell", "D000101", "bed 1", Kind::Weight),
            direct("Gluco Cell", "D000201", "bed 2", Kind::Glucose),
            direct("Oxi Cell", "D000301", "bed 3", Kind::Oximetry),
            hub("Omron", "HEM-7142T1", "N700042", "bed 4", Kind::BloodPressure),
            hub("Nonin", "Thermo BT", "N700101", "bed 3", Kind::Temperature),
            hub("Polar", "Chest strap", "N700201", "bed 3", Kind::HeartRate),
            hub("Withings", "Step watch", "N700301", "bed 5", Kind::Activity),
            hub("Withings", "Sleep mat", "N700401", "bed 5", Kind::Sleep),
        ],
        hub: Some(Hub {
            serial: "H-0001".into(),
            name: "Ward 3 East".into(),
            id: None,
        }),
    }
}

fn lakeview() -> Clinic {
    let direct = |model: &str, serial: &str, reference: &str, kind| {
        device("Acme", model, serial, reference, kind, false)
    };
    Clinic {
        name: "Lakeview Cardiology".into(),
        slug: "lakeview".into(),
        email: "nurse@lakeview.example".into(),
        time_zone: "America/Chicago".into(),
        id: None,
        endpoint: None,
        devices: vec![
            direct("BP Cell 2", "D000501", "home 11", Kind::BloodPressure),
            direct("Scale Cell", "D000502", "home 11", Kind::Weight),
            direct("Oxi Cell", "D000503", "home 12", Kind::Oximetry),
        ],
        hub: None,
    }
}

fn device(maker: &str, model: &str, serial: &str, reference: &str, kind: Kind, through_hub: bool) -> Device {
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
