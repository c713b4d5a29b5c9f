//! The hub's own small files: mode 0600, written whole or not at all.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::error::FileError;

/// No file of the hub's is larger, bytes.
const LARGEST: u64 = 64 * 1024;

/// How a file takes its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Only where there is none; whoever was first stays.
    New,
    /// Instead of what was there.
    Replace,
}

/// Reads a file that only we can read; none where there is none.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>, FileError> {
    let io = |source| FileError::Io {
        path: path.to_owned(),
        source,
    };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io(error)),
    };
    if file.metadata().map_err(io)?.permissions().mode() & 0o077 != 0 {
        return Err(FileError::Exposed(path.to_owned()));
    }
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(io)?;
    if bytes.len() as u64 > LARGEST {
        return Err(FileError::Damaged(path.to_owned()));
    }
    Ok(Some(bytes))
}

/// Writes the bytes aside, syncs them, and lets them take their place in one step.
pub(crate) fn write(path: &Path, bytes: &[u8], place: Place) -> Result<(), FileError> {
    let io = |source| FileError::Io {
        path: path.to_owned(),
        source,
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(io)?;
    let aside = aside(path);
    let written = put(&aside, bytes).and_then(|()| match place {
        Place::Replace => fs::rename(&aside, path),
        Place::New => match fs::hard_link(&aside, path) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
            _ => fs::remove_file(&aside),
        },
    });
    if written.is_err() && fs::remove_file(&aside).is_err() {
        tracing::debug!(path = %aside.display(), "nothing was left aside, or it cannot be removed");
    }
    written.and_then(|()| File::open(folder)?.sync_all()).map_err(io)
}

fn aside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}", std::process::id()));
    PathBuf::from(name)
}

/// A file left behind by a process of the same id that was killed is taken over; its mode is set before it is filled.
fn put(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    file.write_all(bytes)?;
    file.sync_all()
}
