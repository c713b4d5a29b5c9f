//! Who had a device or a hub, and when.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::ground::enums::MoveReason;
use crate::ground::ids::{AssignmentId, CustomerId, DeviceId, DistributorId};
use crate::registry::moves::HeldPeriod;

/// All periods, newest first.
#[derive(Serialize, ToSchema)]
#[schema(as = History)]
pub(super) struct HistoryOut {
    data: Vec<PeriodOut>,
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
    /// The name of who began it; null where the caller may not know them.
    #[schema(required)]
    begun_by: Option<String>,
    /// The name of who ended it, likewise.
    #[schema(required)]
    ended_by: Option<String>,
    /// When it was written down.
    written_at: DateTime<Utc>,
}

impl From<Vec<HeldPeriod>> for HistoryOut {
    fn from(periods: Vec<HeldPeriod>) -> Self {
        Self {
            data: periods.into_iter().map(PeriodOut::from).collect(),
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
            begun_by,
            ended_by,
            written_at,
        }
    }
}
