//! Cases: somebody asks or reports, others answer, and each sees how it stands.
//!
//! A case is its customer's, its customer's distributor's and the platform's. What is not a customer's, such as a device in
//! stock, is the distributor's and the platform's. Whoever sees a case may write in it; who answers cases hands them on and
//! says how they stand. Internal notes are the platform's and the distributor's; the database itself shows customers none.

mod change;
mod letters;
mod list;
mod note;
mod open;
mod rules;

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::ground::enums::{CaseNoteKind, CaseSide, CaseState, CaseVisibility};
use crate::ground::ids::{CaseId, CaseNoteId, CustomerId, DeviceId, DistributorId, HubId, UserId};

pub use change::{Candidate, CasePatch};
pub use list::{CaseFilter, Standing, Waiting, get, list, notes, numbered, open_count, waiting_count};
pub use note::NewNote;
pub(in crate::desk) use open::Subject;
pub use open::{About, NewCase};

/// The longest note.
pub const LONGEST_NOTE: usize = 4_000;
/// The longest title.
pub const LONGEST_TITLE: usize = 200;

/// Where a list of cases goes on: when it changed, and its id.
pub type CaseKey = (DateTime<Utc>, Uuid);

/// What people call a case: `C-000123`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseNumber(pub i64);

impl fmt::Display for CaseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "C-{:06}", self.0)
    }
}

/// A text that is no number of a case.
#[derive(Debug, thiserror::Error)]
#[error("not a number of a case")]
pub struct NoNumber;

impl FromStr for CaseNumber {
    type Err = NoNumber;

    /// With `C-` before it or without.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix(['C', 'c']).unwrap_or(text);
        let digits = digits.strip_prefix('-').unwrap_or(digits);
        let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
        is_number
            .then(|| digits.parse().ok().map(Self))
            .flatten()
            .ok_or(NoNumber)
    }
}

/// A case as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// What people call it.
    pub number: CaseNumber,
    /// The distributor who sees it.
    pub distributor: Option<DistributorId>,
    /// That distributor's name; a customer does not see it.
    pub distributor_name: Option<String>,
    /// The customer whose it is.
    pub customer: Option<CustomerId>,
    /// That customer's name.
    pub customer_name: Option<String>,
    /// The device that it is about.
    pub device: Option<DeviceId>,
    /// The hub that it is about.
    pub hub: Option<HubId>,
    /// Whether the caller still sees that device or hub: things move on, cases do not.
    pub is_there: bool,
    /// What it is about: a serial, or a name.
    pub subject: String,
    /// What is the matter.
    pub title: String,
    /// How it stands.
    pub state: CaseState,
    /// Who opened it.
    pub opened_by: UserId,
    /// Their name.
    pub opener_name: String,
    /// Whose people they are.
    pub opener_side: CaseSide,
    /// When.
    pub opened_at: DateTime<Utc>,
    /// Who looks after it.
    pub assignee: Option<UserId>,
    /// Their name.
    pub assignee_name: Option<String>,
    /// When something changed that everybody sees.
    pub updated_at: DateTime<Utc>,
}

/// A line of a case: what somebody wrote, or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseNote {
    /// Its id.
    pub id: CaseNoteId,
    /// What it is.
    pub kind: CaseNoteKind,
    /// Who reads it.
    pub visibility: CaseVisibility,
    /// Who wrote it.
    pub author: UserId,
    /// Their name.
    pub author_name: String,
    /// Whose people they are.
    pub author_side: CaseSide,
    /// When.
    pub at: DateTime<Utc>,
    /// What they wrote.
    pub text: Option<String>,
    /// The state that the case got.
    pub state: Option<CaseState>,
    /// Who looks after it from then on; none, where the line says so: nobody.
    pub assignee_name: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_people_write_it() {
        assert_eq!(CaseNumber(123).to_string(), "C-000123");
        for text in ["C-000123", "c-123", "123", "C123"] {
            assert_eq!(text.parse::<CaseNumber>().unwrap(), CaseNumber(123), "{text}");
        }
        for text in ["", "C-", "D000017", "C--1", "C-1x", "99999999999999999999"] {
            assert!(text.parse::<CaseNumber>().is_err(), "{text}");
        }
    }
}
