//! Sources: accounts in vendors' clouds that push readings to the platform. One is a customer's, or the platform's own. It
//! speaks for the devices that were given to it and for no others; what it says of others waits in quarantine until they are
//! adopted, inside its own tenant alone.

mod adopt;
mod devices;
mod identity;
mod manage;
mod secret;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::page::{Ask, Page};
use super::rights::HasRights;
use super::{RegistryError, store};
use crate::ground::enums::{SourceScheme, SourceState, Vendor};
use crate::ground::ids::{CustomerId, DeviceId, SourceId};
use crate::tenancy::{Right, Tx};

pub use adopt::{Adoption, NewFromSource, adopt};
pub use devices::{SourceDevice, give, spoken_for, take_away, waiting};
pub use identity::{SourceCandidate, SourceIdentity, system_find_by_source, system_source};
pub use manage::{NewSource, SourcePatch, change, check, create, end_former, rotate};
pub use secret::{SourceSecret, usual};

/// An active source that was not heard so long is missed: its devices measure every day.
pub const SILENT_AFTER: TimeDelta = TimeDelta::hours(24);

/// Where a list of sources goes on: name and id.
pub type SourceKeyOfList = (String, Uuid);

/// A source with what is known of it.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its id, which stands in the address that the vendor pushes to.
    pub id: SourceId,
    /// Whose cloud it is.
    pub vendor: Vendor,
    /// What people call it.
    pub name: String,
    /// The customer whose account it is; none: the platform's.
    pub customer: Option<CustomerId>,
    /// That customer's name.
    pub customer_name: Option<String>,
    /// Whether anything is taken from it.
    pub state: SourceState,
    /// How the vendor shows the secret.
    pub scheme: SourceScheme,
    /// The user's name of HTTP Basic, or the header's name.
    pub shown_as: String,
    /// Since when the secret is the one.
    pub secret_since: DateTime<Utc>,
    /// Until when the secret before it works on.
    pub former_until: Option<DateTime<Utc>>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it was last heard.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// How many devices it speaks for, of those that the caller sees.
    pub devices: i64,
    /// How many devices wait that nobody has given to it.
    pub unknown: i64,
}

impl Source {
    /// Whether it should have been heard, and was not.
    pub fn is_silent(&self, now: DateTime<Utc>) -> bool {
        let heard = self.last_seen_at.unwrap_or(self.created_at);
        self.state == SourceState::Active && now - heard > SILENT_AFTER
    }
}

/// How many sources there are, and what of them wants a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceCounts {
    /// All of them.
    pub sources: i64,
    /// Those that are missed.
    pub silent: i64,
    /// Devices that wait to be adopted; counted to a thousand.
    pub unknown: i64,
}

/// Which sources are looked for.
#[derive(Debug, Clone, Default)]
pub struct SourcesAsked {
    /// Part of the name or of the customer's name, without regard to case.
    pub q: Option<String>,
    /// Those of one vendor.
    pub vendor: Option<Vendor>,
    /// Those of one customer, for who sees more than one.
    pub customer: Option<CustomerId>,
    /// Those that are no customer's but the platform's own.
    pub of_platform: bool,
}

/// What a vendor calls a device, in the one form that intake makes of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SourceKey(String);

impl SourceKey {
    /// None for what is no name: it has 1 to 64 characters, none of them a control character.
    pub fn new(text: &str) -> Option<Self> {
        let length = text.chars().count();
        ((1..=64).contains(&length) && !text.chars().any(char::is_control)).then(|| Self(text.to_owned()))
    }

    /// As it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A device that a source spoke of and that is not its own: its readings wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownDevice {
    /// What the vendor calls it.
    pub named: String,
    /// How many messages wait.
    pub messages: i64,
    /// When the first of them arrived.
    pub first_at: DateTime<Utc>,
    /// And the last.
    pub last_at: DateTime<Utc>,
}

/// The sources that the scope sees, by name.
pub async fn list<S: HasRights>(
    tx: &Tx<S>,
    by: &S,
    asked: &SourcesAsked,
    ask: &Ask<SourceKeyOfList>,
) -> Result<Page<Source, SourceKeyOfList>, RegistryError> {
    by.must(Right::ManageSources)?;
    let rows = store::sources::list(tx, asked, ask).await?;
    Ok(Page::of(rows, ask, |row| (row.name.clone(), row.id.as_uuid())))
}

/// How many the scope sees.
pub async fn counts<S: HasRights>(
    tx: &Tx<S>,
    by: &S,
    now: DateTime<Utc>,
) -> Result<SourceCounts, RegistryError> {
    by.must(Right::ManageSources)?;
    Ok(store::sources::counts(tx, now - SILENT_AFTER).await?)
}

/// One source.
pub async fn get<S: HasRights>(tx: &Tx<S>, by: &S, id: SourceId) -> Result<Source, RegistryError> {
    by.must(Right::ManageSources)?;
    store::sources::get_one(tx, id)
        .await?
        .ok_or(RegistryError::NotFound("source"))
}

/// The source that speaks for a device, where the scope sees both, and what the vendor calls the device.
pub async fn of_device<S: HasRights>(
    tx: &Tx<S>,
    device: DeviceId,
) -> Result<Option<(SourceId, String, String)>, RegistryError> {
    Ok(store::sources::of_device(tx, device).await?)
}
