//! What can go wrong with what exists and who holds it.

use std::time::Duration;

use sea_orm::DbErr;

use super::faults::Fault;

/// Why the registry refuses.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// It does not exist, or not for this caller; the two are never told apart.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The caller may not do that.
    #[error("not allowed: {0}")]
    NotAllowed(&'static str),
    /// A value that cannot be taken.
    #[error("{field}: {why}")]
    Invalid {
        /// Which field.
        field: &'static str,
        /// Why not.
        why: String,
    },
    /// Several values that cannot be taken, in the order of the fields.
    #[error("{}", told(.0))]
    Faults(Vec<Fault>),
    /// It would be fine, were it not for what is there already.
    #[error("{0}")]
    Conflict(&'static str),
    /// Too much of it in too short a time.
    #[error("too many in a short time: try again in {} s", .retry_after.as_secs() + 1)]
    TooMany {
        /// When the next one has a chance.
        retry_after: Duration,
    },
    /// An import that was not done, line by line.
    #[error("nothing was imported:\n{}", .0.join("\n"))]
    Import(Vec<String>),
    /// The database is away, or something in it is not as it should be.
    #[error("the database could not be asked: {0}")]
    Database(#[from] DbErr),
}

fn told(faults: &[Fault]) -> String {
    let told = faults
        .iter()
        .map(|Fault { field, why }| format!("{field}: {why}"));
    told.collect::<Vec<_>>().join("; ")
}

impl RegistryError {
    pub(super) fn invalid(field: &'static str, why: impl Into<String>) -> Self {
        Self::Invalid {
            field,
            why: why.into(),
        }
    }
}

/// Why a hub was not claimed. A code that is unknown, used or too old is one answer.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// No such code now.
    #[error("the claim code is not valid")]
    UnknownCode,
    /// The hub's own word for its version is too long or unprintable.
    #[error("the version must have at most 64 printable characters")]
    BadVersion,
    /// The database is away.
    #[error("the database could not be asked")]
    Database(#[from] DbErr),
}
