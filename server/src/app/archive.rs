//! A day of a customer's archive, taken out of it into files that anybody can read.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use chrono::NaiveDate;

use super::{AppError, Platform, say, start_logging};
use crate::config::Config;
use crate::ground::ids::CustomerId;
use crate::history::archive::{Archive, ArchiveError, Content};
use crate::outside::blobs;

/// Writes `manifest.json`, `observations.ndjson` and `raw-messages.ndjson` of the day into the folder, and `as-stored.ndjson`
/// where there is anything of that, each part checked against the manifest first. What they hold is patient data in clear.
pub async fn export_archive(
    config: &Config,
    customer: CustomerId,
    day: NaiveDate,
    to: &Path,
) -> Result<(), AppError> {
    start_logging(config);
    let platform = Platform::open(config).await?;
    let exported = export(&platform, config, (customer, day), to).await;
    platform.close().await;
    let (observations, messages) = exported?;
    say(&format!(
        "wrote {observations} observations and {messages} messages of {day} to {}",
        to.display()
    ))
}

async fn export(
    platform: &Platform,
    config: &Config,
    (customer, day): (CustomerId, NaiveDate),
    to: &Path,
) -> Result<(u64, u64), AppError> {
    let refused = |error: ArchiveError| AppError::Refused(error.to_string());
    let blobs = Box::pin(blobs::blobs(config)).await?;
    let archive = Archive::new(platform.ground.clone(), platform.database.clone(), blobs);
    let manifest = archive.manifest(customer, day).await.map_err(refused)?;
    let manifest = manifest.ok_or_else(|| {
        AppError::Refused(format!(
            "nothing of the customer {customer} and the day {day} lies in the archive: a day comes there when it leaves the \
             history, of customers who chose it"
        ))
    })?;
    make_folder(to).map_err(AppError::Io)?;
    let text = serde_json::to_vec_pretty(&manifest).map_err(|error| AppError::Io(error.into()))?;
    write(&to.join("manifest.json"), &text, true).map_err(AppError::Io)?;
    for content in Content::ALL {
        if content == Content::AsStored && manifest.as_stored == 0 {
            continue;
        }
        let path = to.join(format!("{}.ndjson", content.word()));
        write(&path, b"", true).map_err(AppError::Io)?;
        for part in manifest.parts.iter().filter(|part| part.content == content) {
            let lines = archive.lines(part).await.map_err(refused)?;
            write(&path, &lines, false).map_err(AppError::Io)?;
        }
    }
    Ok((manifest.observations, manifest.raw_messages))
}

fn make_folder(folder: &Path) -> std::io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn write(path: &Path, bytes: &[u8], anew: bool) -> std::io::Result<()> {
    if anew && path.exists() {
        fs::remove_file(path)?;
    }
    let mut file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
