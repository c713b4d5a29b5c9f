//! The archive: a customer who chose it has each day put there before it leaves the history. What is there can be read
//! without the database: a manifest, and in sealed parts the day's readings as FHIR Observations beside the messages they
//! came in, one JSON document a line, packed by zstd.
//!
//! Main types: [`Archive`], which puts a day there and reads it back, and [`Manifest`]. The retention calls it before a day
//! goes, pages and the command line to read.

mod parts;
mod store;
mod writing;

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use chrono::{DateTime, NaiveDate, Utc};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

use crate::ground::ids::CustomerId;
use crate::ground::{Ground, Purpose};
use crate::history::retention::BeforeItGoes;
use crate::jobs::RunResult;
use crate::outside::blobs::{BlobError, Blobs};
use crate::tenancy::Database;

pub use store::{ArchivedDay, days};

/// The version of names, manifest and lines.
const VERSION: u32 = 1;

/// Why a day was not archived, or cannot be read. The words name no value.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// Where archives lie.
    #[error(transparent)]
    Blobs(#[from] BlobError),
    /// The database.
    #[error("the database did not give the day: {0}")]
    Database(#[from] sqlx::Error),
    /// A stored reading.
    #[error(transparent)]
    Reading(#[from] crate::history::observation::Unwritable),
    /// Something that was put there is not there, or is not what was put there.
    #[error("{name}: {why}")]
    Damaged {
        /// Which blob.
        name: String,
        /// What is wrong.
        why: &'static str,
    },
    /// Packing, or writing JSON.
    #[error("a part cannot be written: {0}")]
    Writing(#[from] std::io::Error),
}

/// What a part holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// FHIR R4 Observations.
    Observations,
    /// Messages as they came, each with its bytes in base64.
    RawMessages,
}

impl Content {
    /// The word by which parts and files are called.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Observations => "observations",
            Self::RawMessages => "raw-messages",
        }
    }
}

/// One part of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The blob's name.
    pub name: String,
    /// What is in it.
    pub content: Content,
    /// Lines.
    pub lines: u64,
    /// Bytes as it lies there, sealed.
    pub bytes: u64,
    /// SHA-256 of those, in hexadecimal.
    pub sha256: String,
    /// SHA-256 of the lines themselves, unsealed and unpacked.
    pub lines_sha256: String,
}

/// What lies in the archive of one customer's day. It is written last: where it is, the day is whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of all of it.
    pub version: u32,
    /// Whose day.
    pub customer: CustomerId,
    /// The UTC day on which the readings arrived.
    pub day: NaiveDate,
    /// When it was written.
    pub written_at: DateTime<Utc>,
    /// Readings in it.
    pub observations: u64,
    /// Messages in it.
    pub raw_messages: u64,
    /// Messages that are not in it, because somebody else's readings came in them as well.
    pub raw_messages_shared: u64,
    /// Its parts, in their order.
    pub parts: Vec<Part>,
}

impl Manifest {
    /// SHA-256 of it as JSON without any space, by which the database knows it.
    fn hash(&self) -> Result<Vec<u8>, ArchiveError> {
        let bytes = serde_json::to_vec(self).map_err(std::io::Error::from)?;
        Ok(digest(&SHA256, &bytes).as_ref().to_vec())
    }
}

/// Where the blobs of a customer's day begin.
fn folder(customer: CustomerId, day: NaiveDate) -> String {
    format!("archive/v{VERSION}/{customer}/{day}/")
}

fn manifest_name(customer: CustomerId, day: NaiveDate) -> String {
    format!("{}manifest.json", folder(customer, day))
}

/// SHA-256 in hexadecimal.
fn sha256(bytes: &[u8]) -> String {
    HEXLOWER.encode(digest(&SHA256, bytes).as_ref())
}

/// The archive of a platform. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Archive {
    ground: Ground,
    database: Database,
    blobs: Arc<dyn Blobs>,
}

impl Archive {
    /// The archive that lies in these blobs.
    pub fn new(ground: Ground, database: Database, blobs: Arc<dyn Blobs>) -> Self {
        Self {
            ground,
            database,
            blobs,
        }
    }

    /// Reads a day's manifest; none where the day is not there. Once the day was noted it has to be the one that was.
    pub async fn manifest(
        &self,
        customer: CustomerId,
        day: NaiveDate,
    ) -> Result<Option<Manifest>, ArchiveError> {
        let name = manifest_name(customer, day);
        let Some(bytes) = self.blobs.get(&name).await? else {
            return Ok(None);
        };
        let manifest: Manifest = serde_json::from_slice(&bytes).map_err(|_| ArchiveError::Damaged {
            name: name.clone(),
            why: "it is no manifest that this version knows",
        })?;
        if (manifest.version, manifest.customer, manifest.day) != (VERSION, customer, day) {
            let why = "it is the manifest of something else";
            return Err(ArchiveError::Damaged { name, why });
        }
        let noted = store::system_noted(self.database.system_forwarding(), customer, day).await?;
        if let Some(noted) = noted
            && noted != manifest.hash()?
        {
            let why = "it is not the manifest that was written";
            return Err(ArchiveError::Damaged { name, why });
        }
        Ok(Some(manifest))
    }

    /// The lines of a part, checked against what the manifest says of them.
    pub async fn lines(&self, part: &Part) -> Result<Vec<u8>, ArchiveError> {
        let damaged = |why| ArchiveError::Damaged {
            name: part.name.clone(),
            why,
        };
        let sealed = self.blobs.get(&part.name).await?;
        let sealed = sealed.ok_or_else(|| damaged("it is not there"))?;
        if sha256(&sealed) != part.sha256 {
            return Err(damaged("its bytes are not those that were put there"));
        }
        let packed = self
            .ground
            .keys()
            .open(Purpose::Archive, part.name.as_bytes(), &sealed)
            .map_err(|_| damaged("it does not open with this platform's key"))?;
        let lines = parts::unpacked(&packed).map_err(|_| damaged("it cannot be unpacked"))?;
        let count = lines.split_inclusive(|byte| *byte == b'\n').count();
        if u64::try_from(count) != Ok(part.lines) || sha256(&lines) != part.lines_sha256 {
            return Err(damaged("its lines are not those that were written"));
        }
        Ok(lines)
    }

    /// Archives what arrived on this day, of each customer who chose it and of whom something arrived. A day that is there
    /// is not written again.
    pub async fn keep(&self, day: NaiveDate) -> Result<(), ArchiveError> {
        let system = self.database.system_forwarding();
        for customer in store::system_wanting(system, day).await? {
            let manifest = writing::write(self, customer, day).await?;
            self.verify(&manifest).await?;
            store::system_note(system, &manifest, &manifest.hash()?, self.ground.now()).await?;
            metrics::counter!("vitalwire_archived_days_total").increment(1);
            tracing::info!(
                %customer,
                %day,
                observations = manifest.observations,
                raw_messages = manifest.raw_messages,
                parts = manifest.parts.len(),
                "archived a day, and read it back"
            );
        }
        Ok(())
    }

    /// Reads back what was put there, as anybody would who needs it one day.
    async fn verify(&self, written: &Manifest) -> Result<(), ArchiveError> {
        let found = self.manifest(written.customer, written.day).await?;
        if found.as_ref() != Some(written) {
            return Err(ArchiveError::Damaged {
                name: manifest_name(written.customer, written.day),
                why: "it does not read back as it was written",
            });
        }
        let mut counted = [0, 0];
        for part in &written.parts {
            self.lines(part).await?;
            counted[usize::from(part.content == Content::RawMessages)] += part.lines;
        }
        if counted == [written.observations, written.raw_messages] {
            return Ok(());
        }
        Err(ArchiveError::Damaged {
            name: manifest_name(written.customer, written.day),
            why: "its parts are not all that it says",
        })
    }
}

#[async_trait::async_trait]
impl BeforeItGoes for Archive {
    async fn let_go(&self, day: NaiveDate) -> RunResult {
        Ok(self.keep(day).await?)
    }
}
