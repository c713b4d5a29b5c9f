//! `password_reset`: links with which a person chooses a new password.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{PasswordResetId, UserId};
use crate::relations::belongs_to;

/// A link that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "password_reset")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PasswordResetId,
    /// Whose password.
    pub user_id: UserId,
    /// HMAC of the link's token; the token itself is stored nowhere.
    pub secret_hmac: Vec<u8>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
    /// When it was used, or another one of the same person's.
    pub ended_at: Option<DateTime<Utc>>,
}

belongs_to! {
    User: UserId => user_account.Id,
}
