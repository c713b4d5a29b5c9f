//! How much people write: enough for whoever has a bad day, too little to fill the desk or anybody's mailbox.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use crate::ground::Clock;
use crate::ground::ids::{CaseId, UserId};
use crate::identity::{Caller, Throttle};
use crate::registry::RegistryError;

/// What one person writes: thirty cases and notes in a row, then one a minute.
const PERSON: (u32, Duration) = (30, Duration::from_mins(1));
/// What one organisation's people write together: a hundred and fifty in a row, then one in 12 s.
const ORGANISATION: (u32, Duration) = (150, Duration::from_secs(12));
/// What one person changes of cases, such as who looks after them: sixty in a row, then one in 20 s.
const CHANGES: (u32, Duration) = (60, Duration::from_secs(20));
/// Letters that tell one address of one case: six in a row, then one in ten minutes. The notes are there without them.
const LETTERS: (u32, Duration) = (6, Duration::from_mins(10));
/// Letters that tell one address of new cases: ten in a row, then one in five minutes. The cases are in the list without them.
const NEW_CASES: (u32, Duration) = (10, Duration::from_mins(5));

/// Counts what is written on this server.
#[derive(Debug)]
pub struct Rate {
    people: Throttle<UserId>,
    organisations: Throttle<Option<Uuid>>,
    changes: Throttle<UserId>,
    letters: Throttle<(CaseId, String)>,
    new_cases: Throttle<String>,
}

impl Rate {
    /// Nobody has written yet.
    pub fn new(clock: &Arc<dyn Clock>) -> Self {
        Self {
            people: Throttle::new(Arc::clone(clock), PERSON.0, PERSON.1),
            organisations: Throttle::new(Arc::clone(clock), ORGANISATION.0, ORGANISATION.1),
            changes: Throttle::new(Arc::clone(clock), CHANGES.0, CHANGES.1),
            letters: Throttle::new(Arc::clone(clock), LETTERS.0, LETTERS.1),
            new_cases: Throttle::new(Arc::clone(clock), NEW_CASES.0, NEW_CASES.1),
        }
    }

    /// Counts a case or a note, or refuses it. The platform's people are counted one by one alone.
    pub(super) fn write(&self, by: &Caller) -> Result<(), RegistryError> {
        let too_many = |retry_after| RegistryError::TooMany { retry_after };
        self.people.attempt(&by.person.id).map_err(too_many)?;
        let organisation = by.organisation_id();
        if organisation.is_some() {
            self.organisations.attempt(&organisation).map_err(too_many)?;
        }
        Ok(())
    }

    /// Counts a change that leaves a line in a case, or refuses it.
    pub(super) fn change(&self, by: &Caller) -> Result<(), RegistryError> {
        self.changes
            .attempt(&by.person.id)
            .map_err(|retry_after| RegistryError::TooMany { retry_after })
    }

    /// Whether an address is told of one more note in a case.
    pub(super) fn tells(&self, case: CaseId, to: &str) -> bool {
        self.letters.attempt(&(case, to.to_owned())).is_ok()
    }

    /// Whether an address is told of one more new case.
    pub(super) fn tells_of_new(&self, to: &str) -> bool {
        self.new_cases.attempt(&to.to_owned()).is_ok()
    }
}
