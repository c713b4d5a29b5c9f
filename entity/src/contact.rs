//! `contact`: whom one writes to or calls at a distributor or a customer.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::enums::ContactPurpose;
use crate::ids::{ContactId, CustomerId, DistributorId};
use crate::relations::belongs_to;

/// A contact. A customer's carries the customer's distributor too, because the policies ask no other table.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "contact")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ContactId,
    /// The distributor, or the distributor of the customer.
    pub distributor_id: Option<DistributorId>,
    /// The customer; none: it is the distributor's own.
    pub customer_id: Option<CustomerId>,
    /// What one asks them about.
    pub purpose: ContactPurpose,
    /// Their name, 1 to 200 characters.
    pub name: String,
    /// Their address for mail, 3 to 254 characters.
    pub email: Option<String>,
    /// Their telephone number as written, 3 to 40 characters.
    pub phone: Option<String>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}

belongs_to! {
    Distributor: DistributorId => distributor.Id,
    Customer: CustomerId => customer.Id,
}
