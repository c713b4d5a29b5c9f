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

use crate::ground::Ground;
use crate::ground::ids::CustomerId;
use crate::history::retention::BeforeItGoes;
use crate::jobs::RunResult;
use crate::outside::blobs::{BlobError, Blobs};
use crate::tenancy::Database;

pub use store::{ArchivedDay, days};
use store::{Place, Reader};

/// After so many customers in a row of whom the database or the blobs did not do theirs, the next would be told the same.
const ENOUGH: u32 = 3;
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
    /// Something that was put there is not there, or is not what was put there.
    #[error("{name}: {why}")]
    Damaged {
        /// Which blob.
        name: String,
        /// What is wrong.
        why: &'static str,
    },
    /// Most messages do not open: that is no odd one, but another key.
    #[error("{unopened} of {all} messages do not open with this platform's key: is it the right one?")]
    Unopened {
        /// Those that do not.
        unopened: usize,
        /// Those of the day.
        all: usize,
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
    /// Rows of the database, as they are stored, that could not be written as either.
    AsStored,
}

impl Content {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Observations, Self::RawMessages, Self::AsStored];

    /// The word by which parts and files are called.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Observations => "observations",
            Self::RawMessages => "raw-messages",
            Self::AsStored => "as-stored",
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
    /// Rows in it that could not be written as Observations or messages, as they are stored.
    #[serde(default, skip_serializing_if = "is_none")]
    pub as_stored: u64,
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

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_none(count: &u64) -> bool {
    *count == 0
}

/// Where the blobs of a customer's day begin, of all who tried to archive it.
fn folder(customer: CustomerId, day: NaiveDate) -> String {
    format!("archive/v{VERSION}/{customer}/{day}/")
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

    /// Reads the manifest of a day that lies in the archive; none where the day does not. It has to be the one that was
    /// written.
    pub async fn manifest(
        &self,
        customer: CustomerId,
        day: NaiveDate,
    ) -> Result<Option<Manifest>, ArchiveError> {
        match store::system_noted(self.database.system_forwarding(), customer, day).await? {
            Some(place) => self.manifest_at(&place, customer, day).await.map(Some),
            None => Ok(None),
        }
    }

    async fn manifest_at(
        &self,
        place: &Place,
        customer: CustomerId,
        day: NaiveDate,
    ) -> Result<Manifest, ArchiveError> {
        let damaged = |why| ArchiveError::Damaged {
            name: place.name.clone(),
            why,
        };
        let bytes = self.blobs.get(&place.name).await?;
        let bytes = bytes.ok_or_else(|| damaged("it is not there"))?;
        let manifest: Manifest = serde_json::from_slice(&bytes)
            .map_err(|_| damaged("it is no manifest that this version knows"))?;
        if (manifest.version, manifest.customer, manifest.day) != (VERSION, customer, day) {
            return Err(damaged("it is the manifest of something else"));
        }
        if place.hash != manifest.hash()? {
            return Err(damaged("it is not the manifest that was written"));
        }
        Ok(manifest)
    }

    /// The lines of a part, checked against what the manifest says of them.
    pub async fn lines(&self, part: &Part) -> Result<Vec<u8>, ArchiveError> {
        let damaged = |why| ArchiveError::Damaged {
            name: part.name.clone(),
            why,
        };
        let sealed = self.blobs.get(&part.name).await?;
        let sealed = sealed.ok_or_else(|| damaged("it is not there"))?;
        let (ground, asked) = (self.ground.clone(), part.clone());
        // Eight megabytes and more: whoever is served on this thread does not wait for it.
        let opened = tokio::task::spawn_blocking(move || parts::opened(&ground, &asked, &sealed));
        opened.await.map_err(std::io::Error::from)?.map_err(damaged)
    }

    /// Archives what arrived on this day, of each customer who chose it and of whom something arrived. A day that is there
    /// is not written again. What is wrong with one customer's keeps nobody else's waiting.
    pub async fn keep(&self, day: NaiveDate) -> Result<(), ArchiveError> {
        let mut reader = Reader::open(&self.database).await?;
        // A try that was killed after it was noted has left what others wrote.
        for customer in reader.noted(day).await? {
            self.tidy(customer, day).await?;
        }
        let mut failed = None;
        let mut in_a_row = 0;
        for customer in reader.wanting(day).await? {
            let Err(error) = self.keep_of(&mut reader, customer, day).await else {
                in_a_row = 0;
                continue;
            };
            metrics::counter!("vitalwire_archive_failures_total").increment(1);
            tracing::error!(%customer, %day, %error, "a customer's day could not be archived; it is tried again");
            if matches!(error, ArchiveError::Blobs(_) | ArchiveError::Database(_)) {
                in_a_row += 1;
                if in_a_row == ENOUGH {
                    return Err(error);
                }
                reader = Reader::open(&self.database).await?;
            }
            failed = Some(error);
        }
        reader.close().await;
        failed.map_or(Ok(()), Err)
    }

    async fn keep_of(
        &self,
        reader: &mut Reader,
        customer: CustomerId,
        day: NaiveDate,
    ) -> Result<(), ArchiveError> {
        let system = self.database.system_forwarding();
        let (manifest, place) = writing::write(self, reader, customer, day).await?;
        if let Err(error) = self.verify(&manifest, &place).await {
            if store::system_noted(system, customer, day).await?.is_none() {
                return Err(error);
            }
            tracing::info!(%customer, %day, "another server has archived the day meanwhile");
            return self.tidy(customer, day).await;
        }
        store::system_note(system, &manifest, &place, self.ground.now()).await?;
        self.tidy(customer, day).await?;
        metrics::counter!("vitalwire_archived_days_total").increment(1);
        tracing::info!(
            %customer,
            %day,
            observations = manifest.observations,
            raw_messages = manifest.raw_messages,
            parts = manifest.parts.len(),
            "archived a day, and read it back"
        );
        Ok(())
    }

    /// Clears away what other tries left, once one is noted: such as were killed, and one that still is at it, which
    /// notices it when it reads back what it wrote.
    async fn tidy(&self, customer: CustomerId, day: NaiveDate) -> Result<(), ArchiveError> {
        let noted = store::system_noted(self.database.system_forwarding(), customer, day).await?;
        let Some((kept, _)) = noted.as_ref().and_then(|place| place.name.rsplit_once('/')) else {
            return Ok(());
        };
        for name in self.blobs.list(&folder(customer, day)).await? {
            if name.rsplit_once('/').map(|(folder, _)| folder) != Some(kept) {
                self.blobs.delete(&name).await?;
            }
        }
        Ok(())
    }

    /// Reads back what was put there, as anybody would who needs it one day.
    async fn verify(&self, written: &Manifest, place: &Place) -> Result<(), ArchiveError> {
        let damaged = |why| ArchiveError::Damaged {
            name: place.name.clone(),
            why,
        };
        let found = self.manifest_at(place, written.customer, written.day).await?;
        if found != *written {
            return Err(damaged("it does not read back as it was written"));
        }
        let (mut observations, mut messages, mut as_stored) = (0, 0, 0);
        for part in &written.parts {
            self.lines(part).await?;
            match part.content {
                Content::Observations => observations += part.lines,
                Content::RawMessages => messages += part.lines,
                Content::AsStored => as_stored += part.lines,
            }
        }
        if (observations, messages, as_stored)
            == (written.observations, written.raw_messages, written.as_stored)
        {
            return Ok(());
        }
        Err(damaged("its parts are not all that it says"))
    }
}

#[async_trait::async_trait]
impl BeforeItGoes for Archive {
    async fn let_go(&self, day: NaiveDate) -> RunResult {
        Ok(self.keep(day).await?)
    }
}
