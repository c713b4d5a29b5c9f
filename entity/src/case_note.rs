//! `case_note`: what people wrote about a case, and what became of it.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::enums::{CaseNoteKind, CaseSide, CaseState, CaseVisibility};
use crate::ids::{CaseId, CaseNoteId, CustomerId, DistributorId, UserId};
use crate::relations::belongs_to;

/// A note, or a change of the case's state or assignee.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "case_note")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CaseNoteId,
    /// Of which case.
    pub case_id: CaseId,
    /// The case's distributor; of an internal note, the one in whose time it was written.
    pub distributor_id: Option<DistributorId>,
    /// The case's customer.
    pub customer_id: Option<CustomerId>,
    /// Whether somebody wrote, or changed something.
    pub kind: CaseNoteKind,
    /// Who reads it.
    pub visibility: CaseVisibility,
    /// Who.
    pub author: UserId,
    /// Their name, for who may not look their account up.
    pub author_name: String,
    /// Whose people they are.
    pub author_side: CaseSide,
    /// When.
    pub at: DateTime<Utc>,
    /// What they wrote, 1 to 4,000 characters.
    pub text: Option<String>,
    /// The state that the case got.
    pub state: Option<CaseState>,
    /// Who looks after it from then on; none: nobody.
    pub assignee_name: Option<String>,
}

belongs_to! {
    Case: CaseId => support_case.Id,
    Distributor: DistributorId => distributor.Id,
    Customer: CustomerId => customer.Id,
}
