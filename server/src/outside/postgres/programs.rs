//! Finding PostgreSQL's programs, and the user to run them as.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::EmbeddedError;

const OLDEST: u32 = 15;

/// The folder with `initdb`, `pg_ctl` and `postgres`.
#[derive(Debug)]
pub(super) struct Programs(PathBuf);

impl Programs {
    /// Looks on `PATH` and in the places where distributions put them. A cluster is served by programs of the version that
    /// made it and by no other; for a new one the newest wins.
    pub(super) fn find(cluster: Option<u32>) -> Result<Self, EmbeddedError> {
        let found = candidates()
            .into_iter()
            .filter(|folder| {
                ["initdb", "pg_ctl", "postgres"]
                    .iter()
                    .all(|program| folder.join(program).is_file())
            })
            .filter_map(|folder| Some((major_version(&folder)?, folder)))
            .collect();
        choose(found, cluster).map(Self)
    }

    pub(super) fn path(&self, program: &str) -> PathBuf {
        self.0.join(program)
    }
}

fn choose(mut found: Vec<(u32, PathBuf)>, cluster: Option<u32>) -> Result<PathBuf, EmbeddedError> {
    found.sort();
    if let Some(cluster) = cluster {
        let fits = found.into_iter().rfind(|(version, _)| *version == cluster);
        return fits
            .map(|(_, folder)| folder)
            .ok_or(EmbeddedError::OtherVersion(cluster));
    }
    match found.pop() {
        None => Err(EmbeddedError::NoPrograms),
        Some((version, _)) if version < OLDEST => Err(EmbeddedError::TooOld(version.to_string())),
        Some((_, folder)) => Ok(folder),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "programs are where the caller's own PATH says"
)]
fn candidates() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = std::env::var_os("PATH")
        .map(|path| std::env::split_paths(&path).collect())
        .unwrap_or_default();
    for (parent, inner) in [
        ("/usr/lib/postgresql", "bin"),
        ("/usr/local/lib/postgresql", "bin"),
        ("/usr/local/opt", "bin"),
        ("/opt/homebrew/opt", "bin"),
    ] {
        let children = fs::read_dir(parent).into_iter().flatten().flatten();
        folders.extend(children.map(|child| child.path().join(inner)));
    }
    folders.extend(
        [
            "/usr/local/pgsql/bin",
            "/usr/pgsql-18/bin",
            "/usr/pgsql-17/bin",
            "/usr/pgsql-16/bin",
            "/usr/pgsql-15/bin",
        ]
        .map(PathBuf::from),
    );
    folders
}

/// "postgres (PostgreSQL) 15.18 (Debian …)" → 15.
fn major_version(folder: &Path) -> Option<u32> {
    let output = std::process::Command::new(folder.join("postgres"))
        .arg("--version")
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let version = text
        .split_whitespace()
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The user that PostgreSQL runs as when the server is root.
#[derive(Debug)]
pub(super) struct RunAs {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
}

impl RunAs {
    /// Nobody for an ordinary user, who runs it as themselves; for root the user that the packages make.
    pub(super) fn for_this_process() -> Result<Option<Self>, EmbeddedError> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
        passwd
            .lines()
            .find_map(|line| Self::parse(line, "postgres"))
            .map(Some)
            .ok_or(EmbeddedError::NoUser)
    }

    fn parse(line: &str, wanted: &str) -> Option<Self> {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| *name == wanted)?.to_owned();
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        (uid != 0).then_some(Self { name, uid, gid })
    }

    /// Every folder above has to let this user pass.
    pub(super) fn check_can_enter(&self, folder: &Path) -> Result<(), EmbeddedError> {
        for ancestor in folder.ancestors() {
            let Ok(metadata) = fs::metadata(ancestor) else {
                continue;
            };
            let mode = metadata.permissions().mode();
            let passes = (metadata.uid() == self.uid && mode & 0o100 != 0)
                || (metadata.gid() == self.gid && mode & 0o010 != 0)
                || mode & 0o001 != 0;
            if !passes {
                return Err(EmbeddedError::NotEnterable {
                    user: self.name.clone(),
                    folder: ancestor.to_owned(),
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_keeps_its_version_when_a_newer_one_is_installed() {
        let found = || [17, 15, 16].map(|version| (version, PathBuf::from(format!("/{version}"))));
        let chosen = |cluster| choose(found().to_vec(), cluster);
        assert_eq!(chosen(None).unwrap(), Path::new("/17"));
        assert_eq!(chosen(Some(15)).unwrap(), Path::new("/15"));
        assert!(matches!(chosen(Some(18)), Err(EmbeddedError::OtherVersion(18))));
        assert!(matches!(choose(Vec::new(), None), Err(EmbeddedError::NoPrograms)));
        let old = vec![(14, PathBuf::from("/14"))];
        assert!(matches!(choose(old, None), Err(EmbeddedError::TooOld(_))));
    }

    #[test]
    fn a_line_of_passwd_is_read_and_root_is_never_chosen() {
        let user = RunAs::parse(
            "postgres:x:101:104:PostgreSQL:/var/lib/postgresql:/bin/bash",
            "postgres",
        )
        .unwrap();
        assert_eq!((user.uid, user.gid), (101, 104));
        assert!(RunAs::parse("postgres:x:0:0::/:/bin/sh", "postgres").is_none());
        assert!(RunAs::parse("daemon:x:1:1::/:/bin/sh", "postgres").is_none());
    }

    #[test]
    fn a_folder_that_keeps_others_out_is_named() {
        let top = std::env::temp_dir().join(format!("vitalwire-enter-{}", std::process::id()));
        fs::create_dir_all(top.join("inner")).unwrap();
        fs::set_permissions(&top, fs::Permissions::from_mode(0o700)).unwrap();
        let stranger = RunAs {
            name: "stranger".into(),
            uid: 4_000_001,
            gid: 4_000_001,
        };
        let error = stranger.check_can_enter(&top.join("inner")).unwrap_err();
        assert!(matches!(error, EmbeddedError::NotEnterable { folder, .. } if folder == top));
        fs::remove_dir_all(&top).unwrap();
    }
}
