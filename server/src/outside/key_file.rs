//! The master key of an installation that was given none: made once, kept in a file with mode 0600.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::ground::{MasterKey, Random, SystemRandom};

/// Why the key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file system said no.
    #[error("the key file {path}: {source}", path = path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Not 32 bytes.
    #[error("the key file {path} is damaged; restore it from your backup, nothing sealed opens without it", path = .0.display())]
    Damaged(PathBuf),
    /// Others could read it.
    #[error("the key file {path} can be read by others; set its mode to 0600", path = .0.display())]
    Exposed(PathBuf),
}

/// Where the key of a folder is kept.
pub fn path(folder: &Path) -> PathBuf {
    folder.join("master.key")
}

/// Reads the key if there is one; makes nothing.
pub fn existing(folder: &Path) -> Result<Option<MasterKey>, KeyFileError> {
    let path = path(folder);
    match fs::File::open(&path) {
        Ok(file) => read(file, &path).map(Some),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(KeyFileError::Io { path, source }),
    }
}

/// Reads the key, or makes it, which is right only where nothing belongs to a key yet. Two processes that start at once
/// get the same key.
pub fn existing_or_new(folder: &Path) -> Result<MasterKey, KeyFileError> {
    if let Some(key) = existing(folder)? {
        return Ok(key);
    }
    let path = path(folder);
    let io = |source| KeyFileError::Io {
        path: path.clone(),
        source,
    };
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(io)?;
    make(folder, &path).map_err(io)?;
    read(fs::File::open(&path).map_err(io)?, &path)
}

fn read(mut file: fs::File, path: &Path) -> Result<MasterKey, KeyFileError> {
    let io = |source| KeyFileError::Io {
        path: path.to_owned(),
        source,
    };
    if file.metadata().map_err(io)?.permissions().mode() & 0o077 != 0 {
        return Err(KeyFileError::Exposed(path.to_owned()));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(io)?;
    let key = <[u8; 32]>::try_from(bytes).map_err(|_| KeyFileError::Damaged(path.to_owned()))?;
    Ok(MasterKey::new(key))
}

/// Written whole and synced under a name of its own, then linked to the real one, which fails if another was first.
fn make(folder: &Path, path: &Path) -> std::io::Result<()> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes);
    let aside = folder.join(format!("master.key.{}", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&aside)?;
    file.write_all(&bytes)?;
    file.sync_all()?;
    let linked = fs::hard_link(&aside, path);
    fs::remove_file(&aside)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => fs::File::open(folder)?.sync_all(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_and_guarded() {
        let folder = std::env::temp_dir().join(format!("vitalwire-keys-{}", std::process::id()));
        assert!(existing(&folder).unwrap().is_none());
        assert!(!folder.exists(), "to look makes nothing");
        let first = existing_or_new(&folder).unwrap();
        assert_eq!(existing_or_new(&folder).unwrap().expose(), first.expose());
        let path = path(&folder);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(existing_or_new(&folder), Err(KeyFileError::Exposed(_))));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, b"short").unwrap();
        assert!(matches!(existing_or_new(&folder), Err(KeyFileError::Damaged(_))));
        fs::remove_dir_all(&folder).unwrap();
    }
}
