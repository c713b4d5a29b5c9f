//! Invitations: somebody who manages users names an address; its owner chooses the password, and nobody else ever knows it.

use chrono::{DateTime, TimeDelta, Utc};

use super::called;
use super::rules::{self, Allowed};
use super::store::invitations as store;
use super::store::{self as accounts, NewAccount, NewSession};
use super::users::{Organisation, UserScope, checked_name, may_manage_users};
use super::{
    Belonging, Caller, CallerScope, Email, Identity, IdentityError, LinkToken, Password, Session, letters,
    membership,
};
use crate::ground::Purpose;
use crate::ground::enums::{MailState, UserRole};
use crate::ground::ids::{CustomerId, DistributorId, InvitationId, MailId, UserId};
use crate::tenancy::{Bundle, PermissionSet, Reach, Scope as _, SystemScope, Tx};

/// How long an invitation's link works.
pub const INVITATION_LIVES: TimeDelta = TimeDelta::days(7);

/// Somebody to invite.
#[derive(Debug, Clone)]
pub struct NewInvitation {
    /// The address, which will sign in.
    pub email: Email,
    /// The name to show.
    pub name: String,
    /// Which role; it must fit the organisation.
    pub role: UserRole,
    /// Where they will belong.
    pub organisation: Organisation,
    /// What they may do there; everything that the inviter may give, where nothing is said.
    pub permissions: Option<PermissionSet>,
    /// Where in a customer they will belong, and whether they will see that alone.
    pub belonging: Belonging,
}

/// An invitation that nobody has accepted yet, as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// Who is invited.
    pub email: Email,
    /// The name to show.
    pub name: String,
    /// Which role.
    pub role: UserRole,
    /// Where to.
    pub organisation: Organisation,
    /// The distributor that invites the first user of its customer.
    pub(super) through: Option<DistributorId>,
    /// What they may do there.
    pub permissions: PermissionSet,
    /// Where in a customer they will belong, and whether they will see that alone.
    pub belonging: Belonging,
    /// Who invited.
    pub invited_by: UserId,
    /// When it was sent, the last time.
    pub sent_at: DateTime<Utc>,
    /// When its link ends.
    pub expires_at: DateTime<Utc>,
    pub(super) mail: MailId,
}

impl Invitation {
    /// The preset role that it gives, if it is one.
    pub fn bundle(&self) -> Option<&'static Bundle> {
        Bundle::matching(self.role, &self.permissions)
    }
}

/// What the page behind an invitation's link says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invited {
    /// The address that will sign in.
    pub email: Email,
    /// The name.
    pub name: String,
    /// Where to; the platform's own people belong to none.
    pub organisation: Option<String>,
}

impl Identity {
    /// Invites somebody: an administrator anybody, a distributor its own staff and the first user of its own customers, a
    /// customer its own staff. Whether the address has an account elsewhere is not told here; its owner hears of it.
    pub async fn invite(&self, caller: &Caller, new: NewInvitation) -> Result<InvitationId, IdentityError> {
        let NewInvitation {
            email,
            name,
            role,
            organisation,
            permissions,
            belonging,
        } = new;
        let name = checked_name(&name)?;
        let permissions = self.fitting(caller, role, permissions, &belonging).await?;
        let Allowed {
            permissions,
            first_of,
        } = rules::may_invite(caller, role, organisation, permissions)?;
        let through = self.through(caller, first_of).await?;
        self.count_invitation(caller)?;
        let now = self.ground.now();
        let token = LinkToken::new(&self.ground);
        let mut invitation = Invitation {
            id: self.ground.id(),
            email,
            name,
            role,
            organisation,
            through,
            permissions,
            belonging,
            invited_by: caller.person.id,
            sent_at: now,
            expires_at: now + INVITATION_LIVES,
            mail: self.ground.id(),
        };
        let hmac = token.hmac(self.ground.keys(), Purpose::Invitation);
        let sees_everybody = matches!(caller.scope, CallerScope::Admin(_));
        SystemScope::for_purpose("invite somebody for a caller who may")
            .run(&self.database, async |tx| {
                if let Some(customer) = first_of {
                    no_users_yet(tx, customer).await?;
                    accounts::system_must_be_through(tx, customer, through).await?;
                }
                // Who sees an account in the list of users is told so; about others nothing is.
                if store::system_has_account(tx, &invitation.email, organisation, sees_everybody).await? {
                    return Err(IdentityError::EmailTaken);
                }
                store::system_forget_over(tx, &invitation, now).await?;
                invitation.mail = self.write_invitation(tx, caller, &invitation, &token).await?;
                store::system_insert(tx, &invitation, &hmac).await
            })
            .await?;
        self.post.hurry();
        Ok(invitation.id)
    }

    /// The invitations that the scope sees and nobody has accepted, by address, after the one given; at most `limit`.
    pub async fn invitations<S: UserScope>(
        &self,
        tx: &Tx<S>,
        after: Option<&(String, InvitationId)>,
        limit: u16,
    ) -> Result<Vec<Invitation>, IdentityError> {
        store::open(tx, after, limit).await
    }

    /// How the mails of invitations that the caller has seen fare.
    pub async fn system_mails_of(
        &self,
        invitations: &[Invitation],
    ) -> Result<Vec<Option<MailState>>, IdentityError> {
        let ids: Vec<MailId> = invitations.iter().map(|invitation| invitation.mail).collect();
        let standing = SystemScope::for_purpose("how the mails of invitations fare")
            .run(&self.database, async |tx| {
                self.post.system_standing(tx, &ids).await
            })
            .await?;
        let state = |id: &MailId| {
            let found = standing.iter().find(|(known, _)| known == id);
            found.map(|(_, standing)| standing.state)
        };
        Ok(ids.iter().map(state).collect())
    }

    /// Sends an invitation again, with another link that works for another seven days; the one before is void.
    pub async fn send_invitation_again<S: UserScope>(
        &self,
        caller: &Caller,
        scope: &S,
        id: InvitationId,
    ) -> Result<(), IdentityError> {
        let known = self.invitation_to_change(caller, scope, id).await?;
        self.count_invitation(caller)?;
        let (now, token) = (self.ground.now(), LinkToken::new(&self.ground));
        let hmac = token.hmac(self.ground.keys(), Purpose::Invitation);
        SystemScope::for_purpose("send an invitation again for a caller who may")
            .run(&self.database, async |tx| {
                let mail = self.write_invitation(tx, caller, &known, &token).await?;
                let renewed = Invitation {
                    mail,
                    invited_by: caller.person.id,
                    sent_at: now,
                    expires_at: now + INVITATION_LIVES,
                    ..known
                };
                store::system_renew(tx, &renewed, &hmac).await
            })
            .await?;
        self.post.hurry();
        Ok(())
    }

    /// Takes an invitation back. Its link is void at once.
    pub async fn revoke_invitation<S: UserScope>(
        &self,
        caller: &Caller,
        scope: &S,
        id: InvitationId,
    ) -> Result<(), IdentityError> {
        self.invitation_to_change(caller, scope, id).await?;
        let now = self.ground.now();
        SystemScope::for_purpose("take an invitation back for a caller who may")
            .run(&self.database, async |tx| store::system_revoke(tx, id, now).await)
            .await
    }

    /// Who is invited by a link that still works.
    pub async fn invited(&self, token: &LinkToken) -> Result<Invited, IdentityError> {
        let (hmac, now) = (
            token.hmac(self.ground.keys(), Purpose::Invitation),
            self.ground.now(),
        );
        SystemScope::for_purpose("show an invitation to whom it was sent")
            .run(&self.database, async |tx| {
                let pending = store::system_pending(tx, &hmac, now, false).await?;
                let pending = pending.ok_or(IdentityError::LinkOver)?;
                Ok(Invited {
                    email: pending.invitation.email,
                    name: pending.invitation.name,
                    organisation: pending.organisation,
                })
            })
            .await
    }

    /// Makes the account of an invitation and signs it in. Of two at once, one finds the link used.
    pub async fn accept_invitation(
        &self,
        token: &LinkToken,
        password: Password,
    ) -> Result<Session, IdentityError> {
        let Invited { email, .. } = self.invited(token).await?;
        password.check_new(email.as_str())?;
        let password_hash = self.passwords.hash(&password).await?;
        let (hmac, now) = (
            token.hmac(self.ground.keys(), Purpose::Invitation),
            self.ground.now(),
        );
        let user: UserId = self.ground.id();
        let (secret, session) = self.new_session(user, now);
        let account = SystemScope::for_purpose("make the account of an invitation")
            .run(&self.database, async |tx| {
                let pending = store::system_pending(tx, &hmac, now, true).await?;
                let pending = pending.ok_or(IdentityError::LinkOver)?;
                let invitation = pending.invitation;
                if let Organisation::Customer(customer) = invitation.organisation
                    && invitation.through.is_some()
                {
                    no_users_yet(tx, customer).await?;
                }
                let (belonging, organisation) = (invitation.belonging, invitation.organisation);
                let account = NewAccount {
                    confined: belonging.confined,
                    id: user,
                    email: invitation.email,
                    name: invitation.name,
                    role: invitation.role,
                    organisation: invitation.organisation,
                    permissions: invitation.permissions,
                    password_hash,
                    created_at: now,
                    made_by: Some(pending.maker),
                };
                accounts::system_insert_account(tx, &account)
                    .await
                    .map_err(|error| match error {
                        // Only whoever reads the mail of this address gets here.
                        IdentityError::EmailTaken => IdentityError::AddressHasAccount,
                        error => error,
                    })?;
                if let Organisation::Customer(customer) = organisation {
                    accounts::membership::system_belong(tx, customer, user, &belonging).await?;
                }
                store::system_accept(tx, invitation.id, user, now).await?;
                self.first_sign_in(tx, user, &session).await
            })
            .await?;
        Ok(Session {
            id: session.id,
            secret,
            caller: account.into_caller()?,
            expires_at: session.expires_at,
        })
    }

    /// The permissions for somebody who will belong there: who will see a part alone gets nothing that concerns the whole,
    /// by the word or by default, and is invited by somebody who sees all of it.
    async fn fitting(
        &self,
        caller: &Caller,
        role: UserRole,
        permissions: Option<PermissionSet>,
        belonging: &Belonging,
    ) -> Result<Option<PermissionSet>, IdentityError> {
        if *belonging == Belonging::default() {
            return Ok(permissions);
        }
        let scope = membership::may_confine(caller)?;
        membership::bounded(belonging)?;
        scope
            .run(&self.database, async |tx| {
                accounts::membership::must_see_all(tx, belonging).await
            })
            .await?;
        if !belonging.confined {
            return Ok(permissions);
        }
        let fitting = match permissions {
            Some(given) => given,
            None => Reach::sites([]).within(rules::meant(role, &scope.actor().permissions)),
        };
        membership::may_be_confined(&fitting)?;
        Ok(Some(fitting))
    }

    async fn first_sign_in(
        &self,
        tx: &Tx<SystemScope>,
        user: UserId,
        session: &NewSession,
    ) -> Result<accounts::Account, IdentityError> {
        let account = accounts::system_account(tx, user)
            .await?
            .ok_or(IdentityError::NoSuchUser)?;
        accounts::system_note_sign_in(tx, &account, session.created_at).await?;
        accounts::system_begin_session(tx, session).await?;
        Ok(account)
    }

    /// The distributor of a caller who invites the first user of a customer; the customer is in its portfolio.
    async fn through(
        &self,
        caller: &Caller,
        first_of: Option<CustomerId>,
    ) -> Result<Option<DistributorId>, IdentityError> {
        let (CallerScope::Distributor(scope), Some(customer)) = (&caller.scope, first_of) else {
            return Ok(None);
        };
        scope
            .run(&self.database, async |tx| {
                accounts::customer_exists(tx, customer).await
            })
            .await?;
        Ok(Some(scope.id()))
    }

    /// An invitation that the scope sees, for a caller who may give what it gives.
    async fn invitation_to_change<S: UserScope>(
        &self,
        caller: &Caller,
        scope: &S,
        id: InvitationId,
    ) -> Result<Invitation, IdentityError> {
        may_manage_users(caller)?;
        let invitation = scope
            .run(&self.database, async |tx| store::one(tx, id).await)
            .await?;
        let given = Some(invitation.permissions.clone());
        // The one through a distributor is that distributor's: who may see it there may change it.
        let is_first = invitation.through.is_some();
        if !(is_first && matches!(caller.scope, CallerScope::Distributor(_))) {
            rules::may_invite(caller, invitation.role, invitation.organisation, given)?;
        }
        Ok(invitation)
    }

    /// Writes the mail with the link down.
    async fn write_invitation(
        &self,
        tx: &Tx<SystemScope>,
        caller: &Caller,
        invitation: &Invitation,
        token: &LinkToken,
    ) -> Result<MailId, IdentityError> {
        let organisation = store::system_name_of(tx, invitation.organisation).await?;
        let organisation = organisation.as_deref().unwrap_or("the platform's own people");
        let link = format!("{}/invitation/{}", self.public_url, token.expose());
        let by = &caller.person.name;
        let role = called(invitation.role, &invitation.permissions);
        let letter = letters::invitation(
            &invitation.email,
            &invitation.name,
            by,
            organisation,
            &role,
            &link,
        );
        let sealed = self.post.seal(&letter, INVITATION_LIVES);
        self.post.system_take(tx, &sealed).await?;
        Ok(sealed.id())
    }

    fn count_invitation(&self, caller: &Caller) -> Result<(), IdentityError> {
        let counted = self.letters_of.attempt(&caller.person.id);
        counted.map_err(|retry_after| IdentityError::TooManyAttempts { retry_after })
    }
}

/// A customer has gone from one distributor to `present`: the invitation with which another one asks its first person in is
/// void, and its link leads nowhere.
pub async fn system_void_of_former(
    tx: &Tx<SystemScope>,
    customer: CustomerId,
    present: Option<DistributorId>,
    now: DateTime<Utc>,
) -> Result<(), sea_orm::DbErr> {
    store::system_revoke_of_former(tx, customer, present, now).await
}

/// The customer has none and gets none while this transaction lasts.
async fn no_users_yet(tx: &Tx<SystemScope>, customer: CustomerId) -> Result<(), IdentityError> {
    accounts::system_lock_customer(tx, customer).await?;
    if accounts::system_has_users(tx, customer).await? {
        return Err(IdentityError::NotAllowed(
            "the customer has users of its own, who add others",
        ));
    }
    Ok(())
}
