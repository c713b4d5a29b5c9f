//! `[blobs]`.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use url::Url;

use super::ConfigError;

/// `[blobs]`.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the embedded default file documents every key")]
pub struct BlobsConfig {
    pub url: String,
    pub endpoint: String,
    pub path_style: bool,
    pub region: String,
    pub access_key_id: String,
    pub secret_access_key: String,
}

impl fmt::Debug for BlobsConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlobsConfig")
            .field("url", &self.url)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

/// Where blobs lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlobPlace {
    /// On a disk.
    Folder(PathBuf),
    /// In a bucket, each name with this before it: nothing, or what ends in `/`.
    Bucket {
        /// Which.
        bucket: String,
        /// What stands before each name.
        prefix: String,
    },
}

impl BlobsConfig {
    /// The place, under the data folder where none is named.
    pub fn place(&self, data_dir: &Path) -> Result<BlobPlace, ConfigError> {
        if self.access_key_id.is_empty() != self.secret_access_key.is_empty() {
            return Err(ConfigError::Value {
                key: "blobs.secret_access_key",
                why: "access_key_id and secret_access_key go together".to_owned(),
            });
        }
        if self.url.is_empty() {
            return Ok(BlobPlace::Folder(data_dir.join("blobs")));
        }
        let bad = || ConfigError::Value {
            key: "blobs.url",
            why: "must be s3://bucket, s3://bucket/prefix or file:///an/absolute/folder".to_owned(),
        };
        let url = Url::parse(&self.url).map_err(|_| bad())?;
        if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
            return Err(bad());
        }
        match (url.scheme(), url.host_str()) {
            ("file", None) => url.to_file_path().map(BlobPlace::Folder).map_err(|()| bad()),
            ("s3", Some(bucket)) => {
                let prefix = url.path().trim_matches('/');
                let prefix = if prefix.is_empty() {
                    String::new()
                } else {
                    format!("{prefix}/")
                };
                let bucket = bucket.to_owned();
                Ok(BlobPlace::Bucket { bucket, prefix })
            }
            _ => Err(bad()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(url: &str) -> Result<BlobPlace, ConfigError> {
        let config = BlobsConfig {
            url: url.to_owned(),
            ..BlobsConfig::default()
        };
        config.place(Path::new("/data"))
    }

    #[test]
    fn a_place_is_a_folder_or_a_bucket() {
        assert_eq!(place("").unwrap(), BlobPlace::Folder("/data/blobs".into()));
        assert_eq!(
            place("file:///srv/blobs").unwrap(),
            BlobPlace::Folder("/srv/blobs".into())
        );
        let bucket = |bucket: &str, prefix: &str| BlobPlace::Bucket {
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
        };
        assert_eq!(place("s3://records").unwrap(), bucket("records", ""));
        assert_eq!(place("s3://records/a/b/").unwrap(), bucket("records", "a/b/"));
        for bad in [
            "/srv",
            "s3://",
            "http://x",
            "s3://key:secret@records",
            "s3://records?x",
            "file://host/x",
        ] {
            assert!(place(bad).is_err(), "{bad}");
        }
    }
}
