//! `site`: a house, a ward or a practice of a customer.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{CustomerId, SiteId};
use crate::relations::belongs_to;

/// A site.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "site")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SiteId,
    /// Whose.
    pub customer_id: CustomerId,
    /// Its name, 1 to 100 characters, its own among the customer's sites that are not archived.
    pub name: String,
    /// Where it is, 1 to 200 characters.
    pub place: Option<String>,
    /// Its time zone, as an IANA name; none: the customer's.
    pub time_zone: Option<String>,
    /// When it was set up.
    pub created_at: DateTime<Utc>,
    /// Since when nothing may be put there any more.
    pub archived_at: Option<DateTime<Utc>>,
}

belongs_to! {
    Customer: CustomerId => customer.Id,
}
