//! Accounts: who may make one for whom, and with which permissions.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::rules::{self, Allowed};
use super::store::{self, NewAccount};
use super::{Caller, CallerScope, Email, Identity, IdentityError, Password, Person, membership};
use crate::ground::enums::{CaseSide, UserRole, UserState};
use crate::ground::ids::{CustomerId, DistributorId, UserId};
use crate::ground::{folded, hides};
use crate::tenancy::{
    AdminScope, Bundle, CustomerScope, DistributorScope, FinanceScope, Permission, PermissionSet, Scope,
    SystemScope, Tx,
};

/// Where a user belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Organisation {
    /// The platform itself.
    Platform,
    /// One distributor.
    Distributor(DistributorId),
    /// One customer.
    Customer(CustomerId),
}

impl Organisation {
    /// The distributor's or the customer's id.
    pub fn id(self) -> Option<Uuid> {
        match self {
            Self::Platform => None,
            Self::Distributor(id) => Some(id.as_uuid()),
            Self::Customer(id) => Some(id.as_uuid()),
        }
    }

    /// Whether people of this role belong there.
    pub(super) fn has(self, role: UserRole) -> bool {
        match self {
            Self::Platform => matches!(role, UserRole::Admin | UserRole::Finance),
            Self::Distributor(_) => role == UserRole::Distributor,
            Self::Customer(_) => role == UserRole::Customer,
        }
    }
}

/// By whom an account was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Whose people that was.
    pub side: CaseSide,
    /// Their organisation's name, or their own where they are the platform's.
    pub name: String,
}

/// The person who makes an account.
#[derive(Debug, Clone)]
pub(super) struct Maker {
    pub(super) id: UserId,
    pub(super) made: Made,
}

impl Maker {
    /// The caller.
    pub(super) fn of(caller: &Caller) -> Self {
        let Person {
            id,
            name,
            organisation,
            ..
        } = &caller.person;
        Self {
            id: *id,
            made: Made {
                side: side_of(caller.role()),
                name: organisation.clone().unwrap_or_else(|| name.clone()),
            },
        }
    }
}

/// Whose people those of a role are.
pub(super) const fn side_of(role: UserRole) -> CaseSide {
    match role {
        UserRole::Admin | UserRole::Finance => CaseSide::Platform,
        UserRole::Distributor => CaseSide::Distributor,
        UserRole::Customer => CaseSide::Customer,
    }
}

/// An account, as lists show it.
#[derive(Debug, Clone)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// The address that signs in.
    pub email: Email,
    /// The name to show.
    pub name: String,
    /// What the account is.
    pub role: UserRole,
    /// Where it belongs.
    pub organisation: Organisation,
    /// What it may do there.
    pub permissions: PermissionSet,
    /// Whether it may sign in.
    pub state: UserState,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last signed in.
    pub last_sign_in_at: Option<DateTime<Utc>>,
    /// By whom it was made; none: at the command line, or before this was written down.
    pub made: Option<Made>,
    /// When the person asked the platform to make sure of them.
    pub asked_at: Option<DateTime<Utc>>,
    /// When the platform did.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Whose people disabled it.
    pub disabled_side: Option<CaseSide>,
    /// Whether they see some sites of their customer alone, and what stands there.
    pub confined: bool,
}

impl User {
    /// The preset role that it has, if it is one.
    pub fn bundle(&self) -> Option<&'static Bundle> {
        Bundle::matching(self.role, &self.permissions)
    }

    /// Who made it, where that was somebody outside of its organisation.
    pub fn made_outside(&self) -> Option<&Made> {
        let made = self.made.as_ref()?;
        (made.side != side_of(self.role)).then_some(made)
    }

    /// Whether the person waits for the platform to make sure of them.
    pub fn asks(&self) -> bool {
        self.asked_at.is_some() && self.confirmed_at.is_none() && self.state == UserState::Active
    }
}

/// An account in a list, with its organisation's name.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The account.
    pub user: User,
    /// Of the distributor or the customer, where an administrator asks; others see those of their own alone.
    pub organisation: Option<String>,
}

/// Which accounts to list.
#[derive(Debug, Clone, Default)]
pub struct UserFilter {
    /// Part of the address or the name.
    pub q: Option<String>,
    /// Of this role.
    pub role: Option<UserRole>,
    /// In this state.
    pub state: Option<UserState>,
    /// Of this customer or this distributor.
    pub organisation: Option<Uuid>,
    /// Those who wait for the platform to make sure of them.
    pub asks: bool,
}

/// An account to make.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The address that signs in.
    pub email: Email,
    /// The name to show.
    pub name: String,
    /// Which role; it must fit the organisation.
    pub role: UserRole,
    /// Where it belongs.
    pub organisation: Organisation,
    /// The first password.
    pub password: Password,
    /// What it may do there; everything that its maker may give, where nothing is said.
    pub permissions: Option<PermissionSet>,
}

/// A scope that sees users: row-level security shows it its own.
pub trait UserScope: Scope {}
impl UserScope for AdminScope {}
impl UserScope for FinanceScope {}
impl UserScope for DistributorScope {}
impl UserScope for CustomerScope {}

impl Identity {
    /// Makes an account as the platform: at the command line, for the demo.
    pub async fn system_create_user(&self, new: NewUser) -> Result<UserId, IdentityError> {
        self.make(new, None).await
    }

    async fn make(&self, new: NewUser, maker: Option<Maker>) -> Result<UserId, IdentityError> {
        let account = self.account_of(new, maker).await?;
        SystemScope::for_purpose("make an account")
            .run(&self.database, async |tx| {
                store::system_insert_account(tx, &account).await
            })
            .await?;
        Ok(account.id)
    }

    /// The account to store; its password is hashed outside of any transaction.
    async fn account_of(&self, new: NewUser, made_by: Option<Maker>) -> Result<NewAccount, IdentityError> {
        let NewUser {
            email,
            name,
            role,
            organisation,
            password,
            permissions,
        } = new;
        if !organisation.has(role) {
            return Err(IdentityError::NotAllowed(
                "the role does not fit the organisation",
            ));
        }
        let permissions = permissions.unwrap_or_else(PermissionSet::all);
        let name = checked_name(&name)?;
        password.check_new(email.as_str())?;
        let password_hash = self.passwords.hash(&password).await?;
        Ok(NewAccount {
            id: self.ground.id(),
            confined: false,
            email,
            name,
            role,
            organisation,
            permissions,
            password_hash,
            created_at: self.ground.now(),
            made_by,
        })
    }

    /// Makes an administrator of the platform, at the command line.
    pub async fn system_create_admin(
        &self,
        email: &str,
        name: &str,
        password: &str,
    ) -> Result<UserId, IdentityError> {
        self.system_create_user(NewUser {
            email: email.parse()?,
            name: name.to_owned(),
            role: UserRole::Admin,
            organisation: Organisation::Platform,
            password: Password::typed(password),
            permissions: None,
        })
        .await
    }

    /// Makes an account for a caller: an administrator for anybody, a distributor its own staff and the first user of
    /// its own customers, a customer its own staff. Nobody gives a permission away that they do not have, and nobody outside
    /// of a customer gives its values away: whoever makes an account like this knows its first password.
    pub async fn create_user(&self, caller: &Caller, mut new: NewUser) -> Result<UserId, IdentityError> {
        if matches!(caller.scope, CallerScope::Finance(_)) {
            return Err(IdentityError::NotAllowed("finance makes no users"));
        }
        let Allowed {
            permissions,
            first_of,
        } = rules::may_invite(caller, new.role, new.organisation, new.permissions)?;
        new.permissions = Some(permissions);
        let too_many = |retry_after| IdentityError::TooManyAttempts { retry_after };
        self.accounts_by.attempt(&caller.person.id).map_err(too_many)?;
        // That an address is taken elsewhere is heard a few times only, counted per organisation. It cannot be kept from the
        // caller altogether: an address signs in to one account, so no other is made, and an answer that said so
        // would be found out by the list of users, or by the password that does not sign in. Inviting by mail, which
        // makes no account before its owner accepts, tells nothing. Administrators see everybody.
        let own = caller.organisation_id();
        if own.is_some() {
            self.taken_for.attempt(&own).map_err(too_many)?;
        }
        let made = match (&caller.scope, first_of) {
            (CallerScope::Distributor(scope), Some(customer)) => {
                self.create_first_user(caller, scope, customer, new).await
            }
            _ => self.make(new, Some(Maker::of(caller))).await,
        };
        if !matches!(made, Err(IdentityError::EmailTaken)) {
            self.taken_for.take_back(&own);
        }
        made
    }

    /// The accounts that the scope sees and the filter leaves, by address, after the one given; at most `limit`.
    pub async fn users<S: UserScope>(
        &self,
        tx: &Tx<S>,
        filter: &UserFilter,
        after: Option<&str>,
        limit: u16,
    ) -> Result<Vec<Listed>, IdentityError> {
        store::people::users(tx, filter, after, limit).await
    }

    /// How many of the people whom the scope sees wait for the platform to make sure of them.
    pub async fn asking<S: UserScope>(&self, tx: &Tx<S>) -> Result<i64, IdentityError> {
        store::people::asking(tx).await
    }

    /// One account that the scope sees.
    pub async fn user<S: UserScope>(&self, tx: &Tx<S>, id: UserId) -> Result<Listed, IdentityError> {
        store::people::one_user(tx, id).await
    }

    /// The accounts of one organisation that the scope sees, by name; at most `limit`.
    pub async fn people_of<S: UserScope>(
        &self,
        tx: &Tx<S>,
        organisation: Organisation,
        limit: u16,
    ) -> Result<Vec<User>, IdentityError> {
        store::people::people_of(tx, organisation, limit).await
    }

    /// Disables an account that the scope sees, or enables it again. Its sessions and tokens stop at once and for good:
    /// who is enabled again signs in anew. What it has invited to and nobody has accepted is taken back.
    pub async fn set_user_state<S: UserScope>(
        &self,
        caller: &Caller,
        scope: &S,
        user: UserId,
        state: UserState,
    ) -> Result<(), IdentityError> {
        self.user_to_change(caller, scope, user).await?;
        let now = self.ground.now();
        SystemScope::for_purpose("change the state of an account that the caller sees")
            .run(&self.database, async |tx| {
                let by = side_of(caller.role());
                if !store::system_set_user_state(tx, user, (state, by), now).await? {
                    return Err(IdentityError::NotAllowed(
                        "the platform's administrators disabled this account, and enable it again",
                    ));
                }
                if state == UserState::Disabled {
                    store::invitations::system_revoke_of(tx, user, now).await?;
                }
                Ok::<_, IdentityError>(())
            })
            .await?;
        self.endings.send_replace(());
        Ok(())
    }

    /// Changes what an account may do that the scope sees: from the next request on.
    pub async fn set_permissions<S: UserScope>(
        &self,
        caller: &Caller,
        scope: &S,
        user: UserId,
        permissions: PermissionSet,
    ) -> Result<(), IdentityError> {
        let User {
            role,
            organisation,
            permissions: present,
            confined,
            ..
        } = self.user_to_change(caller, scope, user).await?;
        if organisation == Organisation::Platform {
            return Err(IdentityError::NotAllowed(
                "people of the platform have no permissions of their own",
            ));
        }
        if confined {
            membership::may_be_confined(&permissions)?;
        }
        // What the person has already, nobody gives them; that they keep it is no gift of an administrator's.
        let given = if matches!(caller.scope, CallerScope::Admin(_)) {
            permissions.minus(&present)
        } else {
            permissions.clone()
        };
        rules::may_invite(caller, role, organisation, Some(given))?;
        SystemScope::for_purpose("change the permissions of an account that the caller sees")
            .run(&self.database, async |tx| {
                store::system_set_permissions(tx, user, &permissions).await
            })
            .await?;
        self.endings.send_replace(());
        Ok(())
    }

    /// Nobody changes a person who may do more than they may themselves: the one who manages users would else decide who
    /// holds what they were not given.
    pub(super) async fn user_to_change<S: UserScope>(
        &self,
        caller: &Caller,
        scope: &S,
        user: UserId,
    ) -> Result<User, IdentityError> {
        may_manage_users(caller)?;
        if user == caller.person.id {
            return Err(IdentityError::NotAllowed(
                "nobody changes what their own account may do",
            ));
        }
        let theirs = scope
            .run(&self.database, async |tx| store::people::one_user(tx, user).await)
            .await?
            .user;
        let own = match &caller.scope {
            CallerScope::Admin(_) | CallerScope::Finance(_) => return Ok(theirs),
            CallerScope::Distributor(scope) => &scope.actor().permissions,
            CallerScope::Customer(scope) => &scope.actor().permissions,
        };
        if own.covers(&rules::meant(theirs.role, &theirs.permissions)) {
            Ok(theirs)
        } else {
            Err(IdentityError::NotAllowed(
                "this person has permissions that you do not have",
            ))
        }
    }

    /// Of several first users at once, one is made: each locks the customer before it looks, and no other account of the
    /// customer's can be made meanwhile.
    async fn create_first_user(
        &self,
        caller: &Caller,
        scope: &DistributorScope,
        customer: CustomerId,
        new: NewUser,
    ) -> Result<UserId, IdentityError> {
        scope
            .run(&self.database, async |tx| {
                store::customer_exists(tx, customer).await
            })
            .await?;
        let account = self.account_of(new, Some(Maker::of(caller))).await?;
        SystemScope::for_purpose("make the first account of a distributor's customer")
            .run(&self.database, async |tx| {
                store::system_lock_customer(tx, customer).await?;
                if store::system_has_users(tx, customer).await? {
                    return Err(IdentityError::NotAllowed(
                        "the customer has users of its own, who add others",
                    ));
                }
                store::system_insert_account(tx, &account).await
            })
            .await?;
        Ok(account.id)
    }
}

pub(super) fn may_manage_users(caller: &Caller) -> Result<(), IdentityError> {
    if caller.allows(Permission::ManageUsers) {
        return Ok(());
    }
    Err(IdentityError::NotAllowed("it takes the permission manage_users"))
}

/// A person's name as it is stored: 1 to 200 characters.
pub(crate) fn checked_name(name: &str) -> Result<String, IdentityError> {
    let kept = folded(name);
    let length = kept.chars().count();
    if length == 0 || length > 200 || !is_plain(name.trim()) {
        return Err(IdentityError::BadName);
    }
    Ok(kept)
}

/// Whether a name is no more than a name: it stands in letters to people who know the platform and not its writer, a mail
/// program would make a link of an address, and what is not seen makes a name look like another's.
pub(crate) fn is_plain(name: &str) -> bool {
    !name.contains("://") && !hides(name) && !name.chars().any(|c| c.is_control() || matches!(c, '<' | '>'))
}
