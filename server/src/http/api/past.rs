//! What became of an organisation, and who did it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::ground::enums::{CaseSide, OrganisationEventKind};
use crate::ground::ids::DistributorId;
use crate::registry::past::PastEvent;

/// The newest hundred events, newest first.
#[derive(Serialize, ToSchema)]
#[schema(as = OrganisationHistory)]
pub(super) struct PastOut {
    data: Vec<EventOut>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = OrganisationEvent)]
struct EventOut {
    at: DateTime<Utc>,
    kind: OrganisationEventKind,
    /// The name that it had until then, of a new one.
    #[schema(required)]
    name_before: Option<String>,
    /// Of a move: the distributor into whose portfolio it went; null: the platform's own, or the caller may not know it.
    #[schema(required)]
    distributor_id: Option<DistributorId>,
    #[schema(required)]
    distributor_name: Option<String>,
    /// The name of who did it; null where the caller may not know them.
    #[schema(required)]
    by: Option<String>,
    /// Whose people they are.
    by_side: CaseSide,
}

impl From<Vec<PastEvent>> for PastOut {
    fn from(events: Vec<PastEvent>) -> Self {
        Self {
            data: events.into_iter().map(EventOut::from).collect(),
        }
    }
}

impl From<PastEvent> for EventOut {
    fn from(event: PastEvent) -> Self {
        let PastEvent {
            kind,
            at,
            before,
            distributor,
            by,
            side,
        } = event;
        let (distributor_id, distributor_name) = distributor.unzip();
        Self {
            at,
            kind,
            name_before: before,
            distributor_id,
            distributor_name,
            by,
            by_side: side,
        }
    }
}
