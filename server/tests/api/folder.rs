//! Where blobs lie during a test.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use uuid::Uuid;
use vitalwire_server::ground::Ground;
use vitalwire_server::outside::blobs::{Blobs, FolderBlobs};

/// A folder that goes with the test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(ground: &Ground) -> Self {
        Self(std::env::temp_dir().join(format!("vw-blobs-{}", ground.id::<Uuid>())))
    }

    pub(crate) fn blobs(&self) -> Arc<dyn Blobs> {
        Arc::new(FolderBlobs::new(self.0.clone()))
    }
}

impl AsRef<Path> for Folder {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}
