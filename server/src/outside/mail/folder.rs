//! Mail into a folder, one file a mail, for its owner's eyes alone.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;

use super::{Mail, MailError, Mailer, Sender};
use crate::ground::swallow::swallow;

/// So many are kept; the oldest go first.
const KEPT: usize = 1_000;
/// A disk that takes longer is none.
const PATIENCE: Duration = Duration::from_secs(30);

/// A folder instead of a mail server.
#[derive(Debug, Clone)]
pub struct FolderMailer {
    folder: PathBuf,
    from: Sender,
    kept: usize,
}

impl FolderMailer {
    /// A folder, which is made with the first mail.
    pub fn new(folder: PathBuf, from: Sender) -> Self {
        Self {
            folder,
            from,
            kept: KEPT,
        }
    }

    /// Its name begins with the mail's id, a UUIDv7: by name is by age.
    fn write(&self, mail: &Mail, message: &[u8]) -> io::Result<()> {
        if !self.folder.is_dir() {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(&self.folder)?;
        }
        let (whole, part) = (
            self.folder.join(format!("{}.eml", mail.id)),
            self.folder.join(format!("{}.part", mail.id)),
        );
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&part)?;
        file.write_all(message)?;
        file.sync_all()?;
        fs::rename(&part, &whole)?;
        fs::File::open(&self.folder)?.sync_all()
    }

    fn forget_old(&self) -> io::Result<()> {
        let mut mails: Vec<PathBuf> = fs::read_dir(&self.folder)?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| is_mail(path))
            .collect();
        if mails.len() > self.kept {
            mails.sort_unstable();
            for old in &mails[..mails.len() - self.kept] {
                fs::remove_file(old)?;
            }
        }
        Ok(())
    }
}

fn is_mail(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "eml")
}

#[async_trait]
impl Mailer for FolderMailer {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let (_, message) = self.from.message(mail)?;
        let (this, mail) = (self.clone(), mail.clone());
        let written = tokio::task::spawn_blocking(move || {
            this.write(&mail, &message)?;
            swallow(this.forget_old(), "the mail itself is there");
            Ok::<_, io::Error>(())
        });
        match written.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(MailError::Later(format!("the folder for mail: {error}"))),
            Err(_) => Err(MailError::Later(
                "the folder for mail could not be written".to_owned(),
            )),
        }
    }

    fn patience(&self) -> Duration {
        PATIENCE
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;

    fn mail(number: u128) -> Mail {
        Mail {
            id: Uuid::from_u128(number),
            to: "ann@clinic.example".to_owned(),
            subject: "Hello".to_owned(),
            text: "Hello Ann".to_owned(),
            html: None,
            date: DateTime::UNIX_EPOCH,
        }
    }

    #[tokio::test]
    async fn a_mail_is_a_file_for_its_owner_alone_and_old_ones_go() {
        let folder = std::env::temp_dir().join(format!("vitalwire-mail-{}", std::process::id()));
        let mailer = FolderMailer {
            kept: 2,
            ..FolderMailer::new(folder.clone(), Sender::parse("a@v.example").unwrap())
        };
        for number in 1..=3 {
            mailer.send(&mail(number)).await.unwrap();
        }
        mailer.send(&mail(3)).await.unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let mut kept: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|e| e.unwrap().path())
            .collect();
        kept.sort();
        assert_eq!(
            kept,
            [2, 3].map(|n| folder.join(format!("{}.eml", Uuid::from_u128(n))))
        );
        assert_eq!((mode(&folder), mode(&kept[0])), (0o700, 0o600));
        assert!(fs::read_to_string(&kept[1]).unwrap().contains("Hello Ann"));
        fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_is_tried_again_later() {
        let file = std::env::temp_dir().join(format!("vitalwire-no-folder-{}", std::process::id()));
        fs::write(&file, "").unwrap();
        let mailer = FolderMailer::new(file.join("mail"), Sender::parse("a@v.example").unwrap());
        assert!(mailer.send(&mail(1)).await.unwrap_err().may_pass());
        fs::remove_file(file).unwrap();
    }
}
