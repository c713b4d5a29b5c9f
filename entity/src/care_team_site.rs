//! `care_team_site`: which sites a care team looks after.

use sea_orm::entity::prelude::*;

use crate::ids::{CareTeamId, CustomerId, SiteId};
use crate::relations::belongs_to;

/// A site of a care team.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[expect(clippy::struct_field_names, reason = "the columns are ids, and are called so")]
#[sea_orm(table_name = "care_team_site")]
pub struct Model {
    /// The team.
    #[sea_orm(primary_key, auto_increment = false)]
    pub care_team_id: CareTeamId,
    /// The site.
    #[sea_orm(primary_key, auto_increment = false)]
    pub site_id: SiteId,
    /// The customer of both.
    pub customer_id: CustomerId,
}

belongs_to! {
    CareTeam: CareTeamId => care_team.Id,
    Site: SiteId => site.Id,
    Customer: CustomerId => customer.Id,
}
