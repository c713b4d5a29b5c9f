//! Blobs: one port, and two adapters. Without any configuration they lie in a folder; with `blobs.url` in a bucket of S3 or
//! of what speaks its language.
//!
//! Main type: [`Blobs`]. Called by the archive of the history.

mod folder;
mod s3;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use crate::config::{BlobPlace, Config, ConfigError};

pub use folder::FolderBlobs;
pub use s3::S3Blobs;

/// Why a blob was not kept or not had.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// A name that no adapter could keep.
    #[error("no blob can be called so")]
    Name,
    /// The disk.
    #[error("the blobs' folder: {0}")]
    Folder(#[from] std::io::Error),
    /// The bucket. The words are the service's own and name no secret.
    #[error("the bucket {bucket}: {why}")]
    Bucket {
        /// Which.
        bucket: String,
        /// What it, or the way to it, says.
        why: String,
    },
}

/// Keeps blobs. What is kept under a name is whole: a reader finds the old, the new or nothing, never a part.
#[async_trait]
pub trait Blobs: Send + Sync + fmt::Debug {
    /// Keeps it under this name; when this ends, it is durable. One that was there before is replaced.
    async fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), BlobError>;

    /// What is kept under this name.
    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, BlobError>;

    /// The names that begin so, in their order.
    async fn list(&self, prefix: &str) -> Result<Vec<String>, BlobError>;

    /// Forgets what is kept under this name, if anything is.
    async fn delete(&self, name: &str) -> Result<(), BlobError>;
}

/// The adapter that the configuration asks for.
pub async fn blobs(config: &Config) -> Result<Arc<dyn Blobs>, ConfigError> {
    Ok(match config.blobs.place(&config.data_dir)? {
        BlobPlace::Folder(folder) => Arc::new(FolderBlobs::new(folder)),
        BlobPlace::Bucket { bucket, prefix } => Arc::new(S3Blobs::new(&config.blobs, bucket, prefix).await),
    })
}

/// Parts of lower-case letters, digits, `-`, `_`, `.` and `=` with `/` between them: good on every disk and in every bucket.
fn checked(name: &str) -> Result<&str, BlobError> {
    let is_good = |part: &str| {
        let usual = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.' | b'=')
        };
        !part.is_empty() && !part.starts_with('.') && part.bytes().all(usual)
    };
    if name.len() <= 500 && name.split('/').all(is_good) {
        Ok(name)
    } else {
        Err(BlobError::Name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_nowhere_else() {
        for good in ["a", "archive/v1/0199-7/2026-11-20/raw-00001.ndjson.zst"] {
            assert_eq!(checked(good).unwrap(), good);
        }
        for bad in [
            "",
            "/a",
            "a/",
            "a//b",
            "../a",
            "a/../b",
            "a/.part",
            "A",
            "a b",
            "a\\b",
            "a\0",
            &"a".repeat(501),
        ] {
            assert!(checked(bad).is_err(), "{bad}");
        }
    }
}
