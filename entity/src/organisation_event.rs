//! `organisation_event`: what became of a distributor or a customer, and who did it.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::enums::{CaseSide, OrganisationEventKind};
use crate::ids::{CustomerId, DistributorId, UserId};
use crate::relations::belongs_to;

/// Something that was done. It is never changed.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organisation_event")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The distributor, or the customer's distributor of the time.
    pub distributor_id: Option<DistributorId>,
    /// The customer; none: it is about the distributor itself.
    pub customer_id: Option<CustomerId>,
    /// What it was.
    pub kind: OrganisationEventKind,
    /// Of a new name: the one before, 1 to 200 characters.
    pub before: Option<String>,
    /// Who did it.
    pub by_user: Option<UserId>,
    /// Whose people they were.
    pub by_side: CaseSide,
    /// When.
    pub at: DateTime<Utc>,
}

belongs_to! {
    Distributor: DistributorId => distributor.Id,
    Customer: CustomerId => customer.Id,
}
