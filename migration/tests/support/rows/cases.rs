//! The rows of cases.

use sea_orm::{DatabaseTransaction, EntityTrait as _, IntoActiveModel as _};
use uuid::Uuid;
use vitalwire_entity::*;

use enums::{CaseNoteKind, CaseSide, CaseState, CaseVisibility};
use ids::CaseNoteId;

use super::World;

impl World {
    pub(super) async fn write_cases(self, tx: &DatabaseTransaction) {
        keep!(tx => support_case {
            id: self.id(),
            number: i64::from(self.number),
            distributor_id: Some(self.id()),
            customer_id: Some(self.id()),
            device_id: Some(self.id()),
            hub_id: None,
            subject: "D1".into(),
            title: "Nothing arrives".into(),
            state: CaseState::Waiting,
            opened_by: self.id(),
            opener_name: "Person".into(),
            opener_side: CaseSide::Customer,
            opened_at: self.now,
            assignee: Some(self.id()),
            assignee_name: Some("Person".into()),
            updated_at: self.now,
        });
        let line = |offset: u128| CaseNoteId::from(Uuid::from_u128(offset + u128::from(self.number)));
        keep!(tx => case_note {
            id: line(0),
            case_id: self.id(),
            distributor_id: Some(self.id()),
            customer_id: Some(self.id()),
            kind: CaseNoteKind::State,
            visibility: CaseVisibility::Everybody,
            author: self.id(),
            author_name: "Person".into(),
            author_side: CaseSide::Customer,
            at: self.now,
            text: None,
            state: Some(CaseState::Waiting),
            assignee_name: None,
        });
        keep!(tx => case_note {
            id: line(1000),
            case_id: self.id(),
            distributor_id: Some(self.id()),
            customer_id: Some(self.id()),
            kind: CaseNoteKind::Note,
            visibility: CaseVisibility::Internal,
            author: self.id(),
            author_name: "Another".into(),
            author_side: CaseSide::Distributor,
            at: self.now,
            text: Some("between us".into()),
            state: None,
            assignee_name: None,
        });
    }
}
