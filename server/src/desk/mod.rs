//! The support desk: cases about devices, hubs and organisations, and why nothing arrived from one. It says nothing of what
//! was measured.
//!
//! Main type: [`Desk`], which opens cases and writes in them for a caller; what is read takes the open transaction of the
//! caller's scope. Called by the pages and the API. Whatever is written is written by the system, after the caller's own
//! scope has proved that it sees the case, and together with the mail that tells of it.

pub mod cases;
mod rate;
mod store;
pub mod trouble;

pub use rate::Rate;

use crate::ground::Ground;
use crate::ground::enums::{CaseSide, UserRole};
use crate::identity::Caller;
use crate::mailing::Post;
use crate::registry::RegistryError;
use crate::tenancy::{Database, Denied, Right};

/// What the desk works with.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    /// Time and ids.
    pub ground: &'a Ground,
    /// For scopes.
    pub database: &'a Database,
    /// Takes the letters.
    pub post: &'a Post,
    /// Counts what is written.
    pub rate: &'a Rate,
    /// The platform's address, without a slash at its end, for links in letters.
    pub public_url: &'a str,
}

/// Whose people somebody is.
pub(crate) fn side(caller: &Caller) -> CaseSide {
    match caller.role() {
        UserRole::Admin | UserRole::Finance => CaseSide::Platform,
        UserRole::Distributor => CaseSide::Distributor,
        UserRole::Customer => CaseSide::Customer,
    }
}

/// Refuses who does not have the right.
fn must(by: &Caller, right: Right) -> Result<(), RegistryError> {
    by.check(right).map_err(|denied| {
        RegistryError::NotAllowed(match denied {
            Denied::OtherRole(_) => "it is for other people than you",
            Denied::Lacks(_) => "it takes the permission answer_cases",
            Denied::Confined => "it concerns the whole customer, and you see some of its sites alone",
        })
    })
}
