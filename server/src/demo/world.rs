//! The demo's memory: what it made and with which credentials, so that the next start goes on with it.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use vitals::Kind;

use super::{DemoError, plan};
use crate::ground::Ground;

/// The administrator's sign-in.
pub(super) const ADMIN: &str = "admin@vitalwire.example";
/// The sign-in of who keeps the platform's books.
pub(super) const FINANCE: &str = "finance@vitalwire.example";

/// Everything the players need. Kept in a file with mode 0600.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct World {
    /// One made-up password for all logins of the demo.
    pub(super) password: String,
    pub(super) receiver_port: Option<u16>,
    /// Who places devices with clinics.
    #[serde(default)]
    pub(super) distributors: Vec<Distributor>,
    pub(super) clinics: Vec<Clinic>,
    /// What lies in the platform's own stock.
    #[serde(default)]
    pub(super) stock: Vec<Device>,
    /// Whether the week before the first start was sent already, by devices and hubs.
    #[serde(default)]
    pub(super) week_sent: bool,
    /// Whether the distributors have ordered.
    #[serde(default)]
    pub(super) orders_made: bool,
    /// Whether there are moves, cases and what was refused.
    #[serde(default)]
    pub(super) past_made: bool,
    /// The one distributor of a world that an earlier version made.
    #[serde(default, rename = "distributor", skip_serializing)]
    first: Option<Distributor>,
    #[serde(skip)]
    file: PathBuf,
}

/// A distributor of the demo.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Distributor {
    pub(super) name: String,
    /// Who may do everything there.
    pub(super) email: String,
    pub(super) time_zone: String,
    pub(super) id: Option<String>,
    #[serde(default)]
    pub(super) people: Vec<Person>,
    /// What lies in its stock.
    #[serde(default)]
    pub(super) stock: Vec<Device>,
}

/// Somebody with a login.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Person {
    pub(super) email: String,
    pub(super) name: String,
    /// The word of their bundle of permissions.
    pub(super) bundle: String,
    #[serde(default)]
    pub(super) is_there: bool,
}

/// A customer of the demo.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Clinic {
    pub(super) name: String,
    pub(super) slug: String,
    /// Who may do everything there.
    pub(super) email: String,
    pub(super) time_zone: String,
    pub(super) id: Option<String>,
    /// The secret that its server verifies with.
    pub(super) endpoint: Option<Endpoint>,
    pub(super) devices: Vec<Device>,
    pub(super) hub: Option<Hub>,
    /// The name of the distributor whose customer it is; none: it is the platform's own.
    #[serde(default)]
    pub(super) distributor: Option<String>,
    #[serde(default)]
    pub(super) people: Vec<Person>,
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
    /// Whether somebody pulls its plug once the week before is sent: ten minutes later it is offline.
    #[serde(default)]
    pub(super) unplugged: bool,
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
                world.grow();
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
        let mut world = Self {
            password,
            receiver_port: None,
            distributors: Vec::new(),
            clinics: Vec::new(),
            stock: Vec::new(),
            week_sent: false,
            orders_made: false,
            past_made: false,
            first: None,
            file,
        };
        world.grow();
        world
    }

    /// Adds what is planned and not there: all of it to a new world, to an older one what came since.
    fn grow(&mut self) {
        self.distributors.extend(self.first.take());
        for planned in plan::distributors() {
            match self.distributors.iter_mut().find(|one| one.name == planned.name) {
                Some(known) if known.people.is_empty() && known.stock.is_empty() => {
                    (known.people, known.stock) = (planned.people, planned.stock);
                }
                Some(_) => {}
                None => self.distributors.push(planned),
            }
        }
        for planned in plan::clinics() {
            match self.clinics.iter_mut().find(|one| one.slug == planned.slug) {
                Some(known) if known.people.is_empty() => known.people = planned.people,
                Some(_) => {}
                None => self.clinics.push(planned),
            }
        }
        if self.stock.is_empty() {
            self.stock = plan::stock();
        }
    }
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
