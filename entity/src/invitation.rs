//! `invitation`: who may make an account of their own.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::enums::UserRole;
use crate::ids::{CareTeamId, CustomerId, DistributorId, InvitationId, MailId, SiteId, UserId};
use crate::relations::belongs_to;

/// An invitation: open until it is accepted, revoked or over.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitation")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InvitationId,
    /// The address it was sent to, which the account will sign in with.
    pub email: String,
    /// What they are called.
    pub display_name: String,
    /// Whom they will work for.
    pub role: UserRole,
    /// Their distributor; of a customer's first user the one that invited them.
    pub distributor_id: Option<DistributorId>,
    /// Their customer.
    pub customer_id: Option<CustomerId>,
    /// What they may do there.
    pub permissions: Vec<String>,
    /// HMAC of the link's token; the token itself is stored nowhere.
    pub secret_hmac: Vec<u8>,
    /// Who invited them.
    pub invited_by: UserId,
    /// The mail with the link.
    pub mail_id: MailId,
    /// When it was sent, the last time.
    pub created_at: DateTime<Utc>,
    /// When the link ends.
    pub expires_at: DateTime<Utc>,
    /// When it became an account.
    pub accepted_at: Option<DateTime<Utc>>,
    /// Which account.
    pub user_id: Option<UserId>,
    /// When it was taken back.
    pub revoked_at: Option<DateTime<Utc>>,
    /// Whether they will see their own sites alone.
    pub confined: bool,
    /// The sites they will belong to.
    pub site_ids: Vec<SiteId>,
    /// The care teams they will be in.
    pub care_team_ids: Vec<CareTeamId>,
}

belongs_to! {}
