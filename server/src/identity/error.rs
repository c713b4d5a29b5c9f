//! What can go wrong with people.

use std::time::Duration;

use sea_orm::DbErr;

/// Why identity refuses. No message tells whether an account exists.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// Unknown address, wrong password, disabled account, closed organisation: one answer for all of them.
    #[error("the e-mail address or the password is wrong")]
    WrongCredentials,
    /// Too many attempts for this address or from this place.
    #[error("too many attempts")]
    TooManyAttempts {
        /// When the next attempt has a chance.
        retry_after: Duration,
    },
    /// Too many sign-ins wait for their hash.
    #[error("too many sign-ins at once")]
    Busy,
    /// The session or the token is unknown, over, or its user may no longer sign in.
    #[error("not signed in")]
    NotSignedIn,
    /// The caller may not do that.
    #[error("not allowed: {0}")]
    NotAllowed(&'static str),
    /// Not an e-mail address.
    #[error("the e-mail address is not valid")]
    BadEmail,
    /// A password that is too easy to guess, or too long.
    #[error("the password {0}")]
    BadPassword(&'static str),
    /// A name that is empty or too long.
    #[error("the name must have 1 to 200 characters, none of them a control character")]
    BadName,
    /// The address belongs to an account already.
    #[error("this e-mail address cannot be used")]
    EmailTaken,
    /// The organisation does not exist, or not for this caller.
    #[error("no such organisation")]
    NoSuchOrganisation,
    /// The user does not exist, or not for this caller.
    #[error("no such user")]
    NoSuchUser,
    /// The database is away, or something in it is not as it should be.
    #[error("the database could not be asked")]
    Database(#[from] DbErr),
    /// The machinery of hashing or signing failed.
    #[error("{0}")]
    Machinery(&'static str),
}
