//! Blobs in a folder, for its owner's eyes alone.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use async_trait::async_trait;

use super::{BlobError, Blobs, checked};

/// A folder instead of a bucket.
#[derive(Debug, Clone)]
pub struct FolderBlobs {
    folder: PathBuf,
}

impl FolderBlobs {
    /// A folder, which is made with the first blob.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn path(&self, name: &str) -> Result<PathBuf, BlobError> {
        Ok(self.folder.join(checked(name)?))
    }
}

/// Written aside and renamed, so that a kill leaves the old or the new.
fn write(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let place = path.parent().unwrap_or(folder);
    if !place.is_dir() {
        DirBuilder::new().recursive(true).mode(0o700).create(place)?;
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let part = place.join(format!(".{name}.part"));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&part, path)?;
    // The names as well, up to the folder that was there before anything.
    let mut place = Some(place);
    while let Some(here) = place.filter(|here| here.starts_with(folder)) {
        File::open(here)?.sync_all()?;
        place = here.parent();
    }
    Ok(())
}

fn walk(folder: &Path, here: &Path, names: &mut Vec<String>) -> io::Result<()> {
    let entries = match fs::read_dir(here) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            walk(folder, &path, names)?;
        } else if let Ok(name) = path.strip_prefix(folder) {
            names.push(name.to_string_lossy().into_owned());
        }
    }
    Ok(())
}

/// What the disk does, off the threads that serve.
async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, BlobError> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.unwrap_or_else(|error| Err(io::Error::other(error)))?)
}

#[async_trait]
impl Blobs for FolderBlobs {
    async fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), BlobError> {
        let (folder, path) = (self.folder.clone(), self.path(name)?);
        on_disk(move || write(&folder, &path, &bytes)).await
    }

    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, BlobError> {
        let path = self.path(name)?;
        on_disk(move || match fs::read(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            read => read.map(Some),
        })
        .await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, BlobError> {
        let folder = self.folder.clone();
        // Only the folder that all of them are in.
        let within = prefix.rsplit_once('/').map_or("", |(within, _)| within);
        let here = if within.is_empty() {
            folder.clone()
        } else {
            self.path(within)?
        };
        let prefix = prefix.to_owned();
        on_disk(move || {
            let mut names = Vec::new();
            walk(&folder, &here, &mut names)?;
            names.retain(|name| name.starts_with(&prefix) && checked(name).is_ok());
            names.sort_unstable();
            Ok(names)
        })
        .await
    }

    async fn delete(&self, name: &str) -> Result<(), BlobError> {
        let path = self.path(name)?;
        on_disk(move || match fs::remove_file(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            removed => removed,
        })
        .await
    }
}
