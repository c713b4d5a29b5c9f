//! `user_password`: passwords, apart from the accounts, because no tenant's role may read a hash.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::UserId;
use crate::relations::belongs_to;

/// A person's password.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user_password")]
pub struct Model {
    /// Whose it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    /// Argon2id in PHC form.
    pub hash: String,
    /// When it was set.
    pub changed_at: DateTime<Utc>,
}

belongs_to! {
    User: UserId => user_account.Id,
}
