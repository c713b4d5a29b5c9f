//! Cases: questions, and what does not work.

mod change;
mod create;
mod get;
mod list;
mod note;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::desk::cases::{self, Case, CaseNote};
use crate::ground::enums::{CaseNoteKind, CaseSide, CaseState, CaseVisibility};
use crate::ground::ids::{CaseId, CaseNoteId, CustomerId, DeviceId, DistributorId, HubId, UserId};
use crate::http::State;
use crate::http::problem::Problem;
use crate::identity::{Caller, in_scope};
use crate::registry::RegistryError;
use crate::tenancy::Scope as _;

pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(list::list)
        .service(create::create)
        .service(get::get)
        .service(change::change)
        .service(note::create);
}

#[derive(Serialize, ToSchema)]
#[schema(as = Case)]
struct Out {
    id: CaseId,
    /// What people call it.
    #[schema(example = "C-000123")]
    number: String,
    #[schema(required)]
    distributor_id: Option<DistributorId>,
    /// Whose it is; null for a matter of stock or of a distributor itself.
    #[schema(required)]
    customer_id: Option<CustomerId>,
    #[schema(required)]
    customer_name: Option<String>,
    /// The device that it is about, which may have changed hands since.
    #[schema(required)]
    device_id: Option<DeviceId>,
    #[schema(required)]
    hub_id: Option<HubId>,
    /// The name of what it is about, as it was then.
    subject: String,
    title: String,
    state: CaseState,
    opened_by: UserId,
    opener_name: String,
    opener_side: CaseSide,
    opened_at: DateTime<Utc>,
    /// Who looks after it.
    #[schema(required)]
    assignee: Option<UserId>,
    #[schema(required)]
    assignee_name: Option<String>,
    updated_at: DateTime<Utc>,
}

impl From<Case> for Out {
    fn from(case: Case) -> Self {
        let Case {
            id,
            number,
            distributor,
            distributor_name: _,
            customer,
            customer_name,
            device,
            hub,
            is_there: _,
            subject,
            title,
            state,
            opened_by,
            opener_name,
            opener_side,
            opened_at,
            assignee,
            assignee_name,
            updated_at,
        } = case;
        Self {
            id,
            number: number.to_string(),
            distributor_id: distributor,
            customer_id: customer,
            customer_name,
            device_id: device,
            hub_id: hub,
            subject,
            title,
            state,
            opened_by,
            opener_name,
            opener_side,
            opened_at,
            assignee,
            assignee_name,
            updated_at,
        }
    }
}

/// A case with what was written in it.
#[derive(Serialize, ToSchema)]
#[schema(as = CaseWithNotes)]
struct Whole {
    #[serde(flatten)]
    case: Out,
    /// Oldest first. Internal notes are the platform's and the distributor's.
    notes: Vec<NoteOut>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = CaseNote)]
struct NoteOut {
    id: CaseNoteId,
    kind: CaseNoteKind,
    visibility: CaseVisibility,
    author: UserId,
    author_name: String,
    author_side: CaseSide,
    at: DateTime<Utc>,
    /// Of a note: what it says.
    #[schema(required)]
    text: Option<String>,
    /// Of a change of state: the state from then on.
    #[schema(required)]
    state: Option<CaseState>,
    /// Of a change of the assignee: who looks after it from then on.
    #[schema(required)]
    assignee_name: Option<String>,
}

impl From<CaseNote> for NoteOut {
    fn from(note: CaseNote) -> Self {
        let CaseNote {
            id,
            kind,
            visibility,
            author,
            author_name,
            author_side,
            at,
            text,
            state,
            assignee_name,
        } = note;
        Self {
            id,
            kind,
            visibility,
            author,
            author_name,
            author_side,
            at,
            text,
            state,
            assignee_name,
        }
    }
}

async fn whole(state: &State, caller: &Caller, id: CaseId) -> Result<Whole, Problem> {
    let (case, notes) = in_scope!(caller, scope => {
        scope
            .run(state.database(), async |tx| {
                Ok::<_, RegistryError>((cases::get(tx, id).await?, cases::notes(tx, id).await?))
            })
            .await
    })?;
    Ok(Whole {
        case: case.into(),
        notes: notes.into_iter().map(NoteOut::from).collect(),
    })
}
