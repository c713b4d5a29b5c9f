//! What the registry said of a device at one moment: enough to foresee what a commit will find, as long as the registry
//! has not changed since.

use chrono::{DateTime, Utc};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::cache::{HubIdentity, parsed};
use crate::ground::enums::{DeviceState, HubState};
use crate::ground::ids::CustomerId;

/// Stands for one state of the registry. Every change gives it another one, which never comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Epoch(i64);

impl Epoch {
    /// As the database holds it.
    pub fn as_i64(self) -> i64 {
        self.0
    }
}

impl From<i64> for Epoch {
    fn from(epoch: i64) -> Self {
        Self(epoch)
    }
}

/// A device, seen at one epoch together with whatever proves its readings.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    epoch: Epoch,
    state: DeviceState,
    ever_moved: bool,
    latest: Option<Held>,
}

/// The period of assignment that began last.
#[derive(Debug, Clone, Copy)]
struct Held {
    by: Option<CustomerId>,
    from: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
}

/// Joins to `device d` what [`Standing::of`] reads. Everything in one statement, so that all of it is of one moment.
macro_rules! standing {
    ($select:literal, $from:literal, $where:literal) => {
        concat!(
            $select,
            ", d.state, d.ever_moved, (select epoch from registry_epoch) as epoch, a.customer_id as held_by,
               a.valid_from as held_from, a.valid_until as held_until",
            $from,
            " left join lateral (select customer_id, valid_from, valid_until from assignment where device_id = d.id
                order by valid_from desc limit 1) a on true",
            $where
        )
    };
}
pub(super) use standing;

impl Standing {
    /// From a row of a statement that was written with `standing!`.
    pub(super) fn of(row: &PgRow) -> Result<Self, sqlx::Error> {
        let from: Option<DateTime<Utc>> = row.try_get("held_from")?;
        let by = row.try_get::<Option<Uuid>, _>("held_by")?.map(Into::into);
        let until = row.try_get("held_until")?;
        Ok(Self {
            epoch: Epoch(row.try_get("epoch")?),
            state: parsed(row.try_get("state")?)?,
            ever_moved: row.try_get("ever_moved")?,
            latest: from.map(|from| Held { by, from, until }),
        })
    }

    /// When it was so.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// The same for readings that this hub brings; none where they would not simply be taken, or where hub and device
    /// were not seen at the same epoch.
    #[must_use]
    pub fn through(self, hub: &HubIdentity) -> Option<Self> {
        let same_customer = self
            .latest
            .is_some_and(|held| held.by.is_some() && held.by == hub.customer);
        (hub.epoch == self.epoch && hub.state == HubState::Active && same_customer).then_some(self)
    }

    /// The customer whose reading it is, if the device measured it at that time; `suspect` says that its own time cannot be
    /// true. None where that is not beyond doubt: then the registry must be asked.
    pub fn owner(&self, measured_at: DateTime<Utc>, suspect: bool) -> Option<CustomerId> {
        let held = self.latest?;
        let then = held.from <= measured_at && held.until.is_none_or(|until| measured_at < until);
        let taken = self.state == DeviceState::Active && !(suspect && self.ever_moved);
        held.by.filter(|_| then && taken)
    }
}
