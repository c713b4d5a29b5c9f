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
    /// The caller might, but not as things stand.
    #[error("{0}")]
    NotNow(&'static str),
    /// Not an e-mail address.
    #[error("the e-mail address is not valid")]
    BadEmail,
    /// A password that is too easy to guess, or too long.
    #[error("the password {0}")]
    BadPassword(&'static str),
    /// A name that is empty or too long.
    #[error(
        "the name must have 1 to 200 characters: no web address, no < or >, no control character and none that is not seen"
    )]
    BadName,
    /// The address belongs to an account already.
    #[error("this e-mail address cannot be used")]
    EmailTaken,
    /// The address has an invitation there that is open.
    #[error("this address is invited already; send that invitation again")]
    AlreadyInvited,
    /// The address of an invitation got an account meanwhile. Told to nobody but whoever reads its mail.
    #[error("this address has an account already; sign in with it, or have another address invited")]
    AddressHasAccount,
    /// The link was used, taken back, or is over.
    #[error("this link has been used, was taken back, or is over")]
    LinkOver,
    /// There is no such invitation, or not for this caller, or it is not open any more.
    #[error("no such open invitation")]
    NoSuchInvitation,
    /// The present password, typed to change it, is another.
    #[error("the present password is wrong")]
    WrongPassword,
    /// A zone that this version does not know.
    #[error("the time zone is not known; it must be a name such as Europe/Berlin")]
    BadTimeZone,
    /// The organisation does not exist, or not for this caller.
    #[error("no such organisation")]
    NoSuchOrganisation,
    /// The user does not exist, or not for this caller.
    #[error("no such user")]
    NoSuchUser,
    /// The site does not exist, or not for this caller.
    #[error("no such site")]
    NoSuchSite,
    /// The care team does not exist, or not for this caller.
    #[error("no such care team")]
    NoSuchTeam,
    /// The database is away, or something in it is not as it should be.
    #[error("the database could not be asked")]
    Database(#[from] DbErr),
    /// The machinery of hashing or signing failed.
    #[error("{0}")]
    Machinery(&'static str),
}
