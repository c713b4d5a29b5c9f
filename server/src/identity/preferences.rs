//! How a person wants to see things.

use chrono_tz::Tz;
use vitals::Units;

use super::store::preferences as store;
use super::{Caller, Identity, IdentityError};
use crate::ground::enums::Look;
use crate::tenancy::{Scope as _, SystemScope};

/// A person's own zone, units and look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preferences {
    /// The zone in which they see times, an IANA name; none: the organisation's.
    pub time_zone: Option<String>,
    /// The units in which they read values.
    pub units: Units,
    /// Light or dark.
    pub look: Look,
}

impl Identity {
    /// Changes how the caller sees things.
    pub async fn set_preferences(
        &self,
        caller: &Caller,
        preferences: &Preferences,
    ) -> Result<(), IdentityError> {
        let zone = preferences.time_zone.as_deref();
        if zone.is_some_and(|zone| zone.parse::<Tz>().is_err()) {
            return Err(IdentityError::BadTimeZone);
        }
        SystemScope::for_purpose("keep what a person chose for themselves")
            .run(&self.database, async |tx| {
                store::system_set(tx, caller.person.id, preferences).await
            })
            .await
    }
}
