//! `site_member`: who belongs to a site by themselves.

use sea_orm::entity::prelude::*;

use crate::ids::{CustomerId, SiteId, UserId};
use crate::relations::belongs_to;

/// A person of a site.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[expect(clippy::struct_field_names, reason = "the columns are ids, and are called so")]
#[sea_orm(table_name = "site_member")]
pub struct Model {
    /// The site.
    #[sea_orm(primary_key, auto_increment = false)]
    pub site_id: SiteId,
    /// The person.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    /// The customer of both.
    pub customer_id: CustomerId,
}

belongs_to! {
    Site: SiteId => site.Id,
    User: UserId => user_account.Id,
    Customer: CustomerId => customer.Id,
}
