//! `care_team_member`: who is in a care team.

use sea_orm::entity::prelude::*;

use crate::ids::{CareTeamId, CustomerId, UserId};
use crate::relations::belongs_to;

/// A person of a care team.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[expect(clippy::struct_field_names, reason = "the columns are ids, and are called so")]
#[sea_orm(table_name = "care_team_member")]
pub struct Model {
    /// The team.
    #[sea_orm(primary_key, auto_increment = false)]
    pub care_team_id: CareTeamId,
    /// The person.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    /// The customer of both.
    pub customer_id: CustomerId,
}

belongs_to! {
    CareTeam: CareTeamId => care_team.Id,
    User: UserId => user_account.Id,
    Customer: CustomerId => customer.Id,
}
