//! Invitations: people who will choose their own password.

mod create;
mod list;
mod revoke;
mod send_again;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::ground::enums::{MailState, UserRole};
use crate::ground::ids::{CareTeamId, CustomerId, DistributorId, InvitationId, SiteId, UserId};
use crate::identity::{Invitation, Organisation};

pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(list::list)
        .service(create::create)
        .service(send_again::send_again)
        .service(revoke::revoke);
}

#[derive(Serialize, ToSchema)]
#[schema(as = Invitation)]
struct Out {
    id: InvitationId,
    email: String,
    name: String,
    role: UserRole,
    #[schema(required)]
    distributor_id: Option<DistributorId>,
    #[schema(required)]
    customer_id: Option<CustomerId>,
    permissions: Vec<String>,
    /// Whether they will see what stands at their sites and those of their care teams, and nothing else.
    confined: bool,
    sites: Vec<SiteId>,
    care_teams: Vec<CareTeamId>,
    invited_by: UserId,
    sent_at: DateTime<Utc>,
    /// When the link in the mail ends.
    expires_at: DateTime<Utc>,
    /// How the mail fares; null where that is forgotten.
    #[schema(required)]
    mail: Option<MailState>,
}

impl Out {
    fn of(invitation: Invitation, mail: Option<MailState>) -> Self {
        let (distributor_id, customer_id) = match invitation.organisation {
            Organisation::Platform => (None, None),
            Organisation::Distributor(id) => (Some(id), None),
            Organisation::Customer(id) => (None, Some(id)),
        };
        let Invitation {
            id,
            email,
            name,
            role,
            permissions,
            belonging,
            invited_by,
            sent_at,
            expires_at,
            ..
        } = invitation;
        let (email, permissions) = (email.as_str().to_owned(), permissions.to_texts());
        Self {
            id,
            email,
            name,
            role,
            distributor_id,
            customer_id,
            permissions,
            confined: belonging.confined,
            sites: belonging.sites,
            care_teams: belonging.teams,
            invited_by,
            sent_at,
            expires_at,
            mail,
        }
    }
}
