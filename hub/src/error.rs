//! What can go wrong, in the hub's words. No error ever holds a reading's values or a claim code.

use std::path::PathBuf;
use std::time::Duration;

/// Why one of the hub's own files cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file system said no.
    #[error("the file {path}: {source}", path = path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Others could read it.
    #[error("the file {path} can be read by others; set its mode to 0600", path = .0.display())]
    Exposed(PathBuf),
    /// Not what this hub wrote.
    #[error("the file {path} is damaged; remove it and claim the hub again", path = .0.display())]
    Damaged(PathBuf),
    /// No key could be made.
    #[error("no key could be made")]
    NoKey,
}

/// Why a hub cannot be set up with what it was given.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The platform's address is not one.
    #[error("the platform's address is not an http or https URL without query")]
    BadUrl,
    /// Readings would travel unencrypted.
    #[error("the platform's address is not https; readings are patient data")]
    PlainHttp,
    /// The HTTP client could not be built, as without any root certificates.
    #[error("the HTTP client cannot be built: {0}")]
    Http(#[source] reqwest::Error),
    /// The registration was made with another key.
    #[error("the registration belongs to another key; claim the hub again")]
    OtherKey,
}

/// Why a text is no claim code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a claim code has twelve letters and digits, as in XXXX-XXXX-XXXX")]
pub struct CodeError;

/// Why the hub is not claimed.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// Unknown, used or too old; the platform does not say which.
    #[error("the claim code is not valid; codes live 10 minutes and work once")]
    UnknownCode,
    /// Too many attempts.
    #[error("too many attempts to claim a hub")]
    TooMany {
        /// When to try again, where the platform said so.
        retry_after: Option<Duration>,
    },
    /// The platform holds another key than ours: somebody stands between.
    #[error("the platform answered with the fingerprint of another key")]
    OtherFingerprint,
    /// The request itself failed.
    #[error(transparent)]
    Call(#[from] CallError),
}

/// Why a request could not be signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// No unpredictable bytes for the token's id.
    #[error("the operating system gave no random bytes")]
    Random,
    /// The key does not sign.
    #[error("the hub's key does not sign: {0}")]
    Key(#[from] jsonwebtoken::errors::Error),
}

/// Why a request to the platform brought no verdict. Whatever it is, the readings stay where they are.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// No connection, a time-out, or the answer broke off.
    #[error("the platform cannot be reached")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// 401, also after the clock was corrected.
    #[error("the platform does not believe the hub's token: {slug}")]
    Unauthorized {
        /// The problem's slug, empty where the answer was none.
        slug: String,
    },
    /// 403 `hub-not-confirmed`: nobody has compared the fingerprint yet.
    #[error("the hub is not confirmed yet")]
    NotConfirmed,
    /// 403 `hub-inactive`.
    #[error("the hub is not active")]
    Inactive,
    /// 413.
    #[error("the batch is too large for the platform")]
    TooLarge,
    /// Any other answer than 2xx, 429 and 503 among them.
    #[error("the platform answered {status}: {slug}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The problem's slug, empty where the answer was none.
        slug: String,
        /// `Retry-After`, where there was one.
        retry_after: Option<Duration>,
    },
    /// 2xx, but not in the agreed form.
    #[error("the platform's answer cannot be read: {0}")]
    Unreadable(&'static str),
    /// The request was never sent.
    #[error(transparent)]
    Sign(#[from] SignError),
}

impl CallError {
    /// The platform's own wish when to come back.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

/// Why something is not an item that could be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ItemError {
    /// Not a JSON object.
    #[error("a reading is a JSON object")]
    NotAnObject,
    /// Larger than [`crate::LARGEST_ITEM`].
    #[error("a reading has {} bytes at most", crate::LARGEST_ITEM)]
    TooLarge,
}

/// Why the ledger did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// Nothing is dropped to make room; the reading stays with its device.
    #[error("the ledger is full")]
    Full,
    /// The ledger's storage failed.
    #[error("the ledger's storage failed")]
    Storage(#[source] Box<dyn std::error::Error + Send + Sync>),
}
