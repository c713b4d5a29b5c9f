//! What the registry said of a device at one moment: enough to foresee what a commit will find, as long as the registry
//! has not changed since.

use chrono::{DateTime, Utc};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::cache::{HubIdentity, parsed};
use super::sources::SourceIdentity;
use crate::ground::enums::{DeviceState, HubState, SourceState};
use crate::ground::ids::{CustomerId, DistributorId};

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
    token: IssuedFor,
}

/// The period of assignment that began last.
#[derive(Debug, Clone, Copy)]
struct Held {
    by: Option<CustomerId>,
    through: Option<DistributorId>,
    from: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
}

/// For whom a device's token was issued. It proves readings of theirs alone; one that was issued for nobody, by the maker
/// or by the platform, goes with the device.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct IssuedFor {
    pub(super) customer: Option<CustomerId>,
    pub(super) distributor: Option<DistributorId>,
}

impl IssuedFor {
    /// From the columns `customer_id` and `distributor_id` of a credential, under these names.
    pub(super) fn of(row: &PgRow, customer: &str, distributor: &str) -> Result<Self, sqlx::Error> {
        Ok(Self {
            customer: row.try_get::<Option<Uuid>, _>(customer)?.map(Into::into),
            distributor: row.try_get::<Option<Uuid>, _>(distributor)?.map(Into::into),
        })
    }

    /// Whether it speaks for whoever holds or held the device.
    pub(super) fn fits(self, customer: Option<CustomerId>, distributor: Option<DistributorId>) -> bool {
        self.customer.is_none_or(|own| customer == Some(own))
            && self.distributor.is_none_or(|own| distributor == Some(own))
    }
}

/// Joins to `device d` what [`Standing::of`] reads. Everything in one statement, so that all of it is of one moment.
macro_rules! standing {
    ($select:literal, $from:literal, $where:literal) => {
        concat!(
            $select,
            ", d.state, d.ever_moved, (select epoch from registry_epoch) as epoch, a.customer_id as held_by,
               a.distributor_id as held_through, a.valid_from as held_from, a.valid_until as held_until",
            $from,
            " left join lateral (select customer_id, distributor_id, valid_from, valid_until from assignment
                where device_id = d.id order by valid_from desc limit 1) a on true",
            $where
        )
    };
}
pub(super) use standing;

impl Standing {
    /// From a row of a statement that was written with `standing!`, of a device whose readings no token proves.
    pub(super) fn of(row: &PgRow) -> Result<Self, sqlx::Error> {
        let from: Option<DateTime<Utc>> = row.try_get("held_from")?;
        let by = row.try_get::<Option<Uuid>, _>("held_by")?.map(Into::into);
        let through = row.try_get::<Option<Uuid>, _>("held_through")?.map(Into::into);
        let until = row.try_get("held_until")?;
        Ok(Self {
            epoch: Epoch(row.try_get("epoch")?),
            state: parsed(row.try_get("state")?)?,
            ever_moved: row.try_get("ever_moved")?,
            latest: from.map(|from| Held {
                by,
                through,
                from,
                until,
            }),
            token: IssuedFor::default(),
        })
    }

    /// The same for readings that a token proves.
    #[must_use]
    pub(super) fn proved_by(self, token: IssuedFor) -> Self {
        Self { token, ..self }
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

    /// The same for readings that this source speaks for; none where they would not simply be taken, or where source and
    /// device were not seen at the same epoch. That the source is the device's own is for the caller to know.
    #[must_use]
    pub fn spoken_for(self, source: &SourceIdentity) -> Option<Self> {
        let is_theirs = self
            .latest
            .is_some_and(|held| source.customer.is_none_or(|own| held.by == Some(own)));
        (source.epoch == self.epoch && source.state == SourceState::Active && is_theirs).then_some(self)
    }

    /// The customer whose reading it is, if the device measured it at that time; `suspect` says that its own time cannot be
    /// true. None where that is not beyond doubt: then the registry must be asked.
    pub fn owner(&self, measured_at: DateTime<Utc>, suspect: bool) -> Option<CustomerId> {
        let held = self.latest?;
        let then = held.from <= measured_at && held.until.is_none_or(|until| measured_at < until);
        let taken = self.state == DeviceState::Active && !(suspect && self.ever_moved);
        let proved = self.token.fits(held.by, held.through);
        held.by.filter(|_| then && taken && proved)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn customer(number: u128) -> CustomerId {
        Uuid::from_u128(number).into()
    }

    fn distributor(number: u128) -> DistributorId {
        Uuid::from_u128(number).into()
    }

    fn noon() -> DateTime<Utc> {
        "2026-11-20T12:00:00Z".parse().unwrap()
    }

    /// Held by customer 1 through distributor 7 since noon.
    fn held() -> Standing {
        Standing {
            epoch: Epoch(1),
            state: DeviceState::Active,
            ever_moved: true,
            latest: Some(Held {
                by: Some(customer(1)),
                through: Some(distributor(7)),
                from: noon(),
                until: None,
            }),
            token: IssuedFor::default(),
        }
    }

    #[rstest]
    #[case::provisioned(None, None, true)]
    #[case::its_own(Some(1), Some(7), true)]
    #[case::its_own_without_a_distributor(Some(1), None, true)]
    #[case::from_its_distributor_s_stock(None, Some(7), true)]
    #[case::another_customer_s(Some(2), Some(7), false)]
    #[case::another_distributor_s(Some(1), Some(8), false)]
    #[case::from_another_distributor_s_stock(None, Some(8), false)]
    fn a_token_foresees_readings_of_those_alone_for_whom_it_was_issued(
        #[case] customer_id: Option<u128>,
        #[case] distributor_id: Option<u128>,
        #[case] beyond_doubt: bool,
    ) {
        let token = IssuedFor {
            customer: customer_id.map(customer),
            distributor: distributor_id.map(distributor),
        };
        let owner = held().proved_by(token).owner(noon(), false);
        assert_eq!(owner, beyond_doubt.then(|| customer(1)));
    }

    #[test]
    fn what_was_measured_before_the_latest_period_is_not_foreseen() {
        let before = noon() - chrono::TimeDelta::microseconds(1);
        assert_eq!(held().owner(before, false), None);
        assert_eq!(
            held().owner(noon(), true),
            None,
            "a suspect time of a moved device"
        );
        let inactive = Standing {
            state: DeviceState::Inactive,
            ..held()
        };
        assert_eq!(inactive.owner(noon(), false), None);
    }
}
