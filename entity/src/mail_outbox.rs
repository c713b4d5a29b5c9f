//! `mail_outbox`: mail on its way.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::enums::{MailKind, MailState};
use crate::ids::MailId;
use crate::relations::belongs_to;

/// A mail that waits to be sent, or how it ended.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_outbox")]
pub struct Model {
    /// Its id, which is also in its `Message-ID`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MailId,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// What it is about.
    pub kind: MailKind,
    /// To whom and what, sealed; gone when nothing more is to be done.
    pub mail_sealed: Option<Vec<u8>>,
    /// How far it got.
    pub state: MailState,
    /// How often it was tried.
    pub attempt: i32,
    /// When it is tried next.
    pub next_attempt_at: DateTime<Utc>,
    /// Until when somebody is at it.
    pub lease_until: Option<DateTime<Utc>>,
    /// After this it is not worth sending.
    pub expires_at: DateTime<Utc>,
    /// When it was sent or given up.
    pub ended_at: Option<DateTime<Utc>>,
}

belongs_to! {}
