//! Mail: one port, and two adapters. Without any configuration mail goes into a folder, so that nothing has to be set up
//! to see it; with an SMTP server it goes there.
//!
//! Main types: [`Mail`], [`Mailer`]. Called by the room `mailing`, which keeps what waits to be sent.

mod folder;
mod message;
mod smtp;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::config::{Config, ConfigError};

pub use folder::FolderMailer;
pub use message::Sender;
pub use smtp::SmtpMailer;

/// A mail to one person. Its text may hold a link that opens an account, so it is never shown in a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// Its id, for the `Message-ID`: a mail that is sent twice is recognised as one.
    pub id: Uuid,
    /// The address.
    pub to: String,
    /// One line.
    pub subject: String,
    /// The text, for everybody.
    pub text: String,
    /// The same as HTML, for who reads that.
    pub html: Option<String>,
    /// When it was handed over.
    pub date: DateTime<Utc>,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Why a mail was not taken. The words name no address and nothing of the mail.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum MailError {
    /// It can never be sent as it is, whoever tries: the address is none, or a line of its head would break out of it.
    #[error("the mail cannot be written: {0}")]
    Malformed(&'static str),
    /// The server refuses this mail for good.
    #[error("the mail server refuses it: {0}")]
    Refused(String),
    /// It may be taken later.
    #[error("the mail cannot be handed over now: {0}")]
    Later(String),
}

impl MailError {
    /// Whether another attempt could end differently.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Later(_))
    }
}

/// Hands mail over to whoever carries it further.
#[async_trait]
pub trait Mailer: Send + Sync + fmt::Debug {
    /// Returns when somebody else is responsible for the mail.
    async fn send(&self, mail: &Mail) -> Result<(), MailError>;

    /// The longest that it takes.
    fn patience(&self) -> Duration;
}

/// The adapter that the configuration asks for.
pub fn mailer(config: &Config) -> Result<Arc<dyn Mailer>, ConfigError> {
    let from = Sender::parse(&config.mail.from).ok_or_else(|| ConfigError::Value {
        key: "mail.from",
        why: "must be an address".to_owned(),
    })?;
    if config.mail.smtp_host.is_empty() {
        let folder = config.data_dir.join("mail");
        tracing::info!(folder = %folder.display(), "mail is written to a folder; mail.smtp_host sends it");
        return Ok(Arc::new(FolderMailer::new(folder, from)));
    }
    Ok(Arc::new(SmtpMailer::new(&config.mail, from)?))
}
