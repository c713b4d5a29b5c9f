//! `care_team`: people of a customer who look after some of its sites.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{CareTeamId, CustomerId};
use crate::relations::belongs_to;

/// A care team.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "care_team")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CareTeamId,
    /// Whose.
    pub customer_id: CustomerId,
    /// Its name, 1 to 100 characters, its own among the customer's teams.
    pub name: String,
    /// When it was set up.
    pub created_at: DateTime<Utc>,
}

belongs_to! {
    Customer: CustomerId => customer.Id,
}
