//! Who had a device or a hub, and when, and who changed its state.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::ground::enums::{CaseSide, MoveReason, ThingState};
use crate::ground::ids::{AssignmentId, CustomerId, DeviceId, DistributorId};
use crate::registry::life::{Life, Successor};
use crate::registry::moves::HeldPeriod;
use crate::registry::states::Change;

/// All periods, newest first, and the changes of its state.
#[derive(Serialize, ToSchema)]
#[schema(as = History)]
pub(super) struct HistoryOut {
    data: Vec<PeriodOut>,
    /// Null: there is one page, of 500 periods at most.
    #[schema(required)]
    next: Option<String>,
    /// The changes of its state that no period tells of, newest first: activated, deactivated, confirmed, put into stock,
    /// replaced.
    states: Vec<StateOut>,
    /// The devices that took its place, newest first.
    successors: Vec<SuccessorOut>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = StateChange)]
struct StateOut {
    at: DateTime<Utc>,
    was: ThingState,
    became: ThingState,
    /// The name of who changed it; null where the caller may not know them.
    #[schema(required)]
    changed_by: Option<String>,
    /// Whose people they are.
    by_side: CaseSide,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Successor)]
struct SuccessorOut {
    device_id: DeviceId,
    /// Null where the caller does not see the device now.
    #[schema(required)]
    serial: Option<String>,
    at: DateTime<Utc>,
    /// Why, in a person's words.
    #[schema(required)]
    note: Option<String>,
    /// The name of who did it; null where the caller may not know them.
    #[schema(required)]
    by: Option<String>,
    /// Whose people they are, also where the caller may not know their name.
    #[schema(required)]
    by_side: Option<CaseSide>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = HeldPeriod)]
struct PeriodOut {
    id: AssignmentId,
    /// In whose stock or portfolio it was.
    #[schema(required)]
    distributor_id: Option<DistributorId>,
    /// Null where the caller may not know it.
    #[schema(required)]
    distributor_name: Option<String>,
    /// Who held it; null in stock.
    #[schema(required)]
    customer_id: Option<CustomerId>,
    #[schema(required)]
    customer_name: Option<String>,
    from: DateTime<Utc>,
    /// Null where it lasts.
    #[schema(required)]
    until: Option<DateTime<Utc>>,
    /// What the move was that began it.
    reason: MoveReason,
    /// Why, in a person's words.
    #[schema(required)]
    note: Option<String>,
    /// The device whose place it took.
    #[schema(required)]
    replaces_device_id: Option<DeviceId>,
    /// That device's serial number; null where the caller does not see it now.
    #[schema(required)]
    replaces_serial: Option<String>,
    /// The name of who began it; null where the caller may not know them.
    #[schema(required)]
    begun_by: Option<String>,
    /// Whose people they are, also where the caller may not know their name; null where nobody is known to have done it.
    #[schema(required)]
    begun_by_side: Option<CaseSide>,
    /// The name of who ended it, likewise.
    #[schema(required)]
    ended_by: Option<String>,
    /// Whose people they are, likewise; null while it lasts.
    #[schema(required)]
    ended_by_side: Option<CaseSide>,
    /// When it was written down.
    written_at: DateTime<Utc>,
}

impl From<Life> for HistoryOut {
    fn from(life: Life) -> Self {
        let Life {
            periods,
            changes,
            successors,
        } = life;
        Self {
            data: periods.into_iter().map(PeriodOut::from).collect(),
            next: None,
            states: changes.into_iter().map(StateOut::from).collect(),
            successors: successors.into_iter().map(SuccessorOut::from).collect(),
        }
    }
}

impl From<Change> for StateOut {
    fn from(change: Change) -> Self {
        let Change {
            at,
            was,
            became,
            by,
            side,
        } = change;
        Self {
            at,
            was,
            became,
            changed_by: by,
            by_side: side,
        }
    }
}

impl From<Successor> for SuccessorOut {
    fn from(successor: Successor) -> Self {
        let Successor {
            device,
            serial,
            at,
            note,
            by,
        } = successor;
        Self {
            device_id: device,
            serial,
            at,
            note,
            by: by.name,
            by_side: by.side,
        }
    }
}

impl From<HeldPeriod> for PeriodOut {
    fn from(period: HeldPeriod) -> Self {
        let HeldPeriod {
            id,
            distributor,
            distributor_name,
            customer,
            customer_name,
            from,
            until,
            reason,
            note,
            replaces,
            replaces_serial,
            begun_by,
            ended_by,
            written_at,
        } = period;
        Self {
            id,
            distributor_id: distributor,
            distributor_name,
            customer_id: customer,
            customer_name,
            from,
            until,
            reason,
            note,
            replaces_device_id: replaces,
            replaces_serial,
            begun_by: begun_by.name,
            begun_by_side: begun_by.side,
            ended_by: ended_by.name,
            ended_by_side: ended_by.side,
            written_at,
        }
    }
}
