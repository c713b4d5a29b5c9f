//! `session`: signed-in browsers.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{SessionId, UserId};
use crate::relations::belongs_to;

/// A session of a signed-in person.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    /// Who signed in.
    pub user_id: UserId,
    /// HMAC of the cookie's secret under the platform's key; the secret itself is stored nowhere.
    pub secret_hmac: Vec<u8>,
    /// When they signed in.
    pub created_at: DateTime<Utc>,
    /// When it was last used.
    pub last_seen_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
    /// When it was ended by hand.
    pub ended_at: Option<DateTime<Utc>>,
}

belongs_to! {
    User: UserId => user_account.Id,
}
