//! Who may make whom, and with which permissions.

use super::users::{Organisation, may_manage_users};
use super::{Caller, CallerScope, IdentityError};
use crate::ground::enums::UserRole;
use crate::ground::ids::CustomerId;
use crate::tenancy::{Permission, PermissionSet};

/// What a caller may make.
pub(super) struct Allowed {
    pub(super) permissions: PermissionSet,
    /// Of this customer only the first user, which is looked at in the transaction that makes it.
    pub(super) first_of: Option<CustomerId>,
}

/// An invitation's rules: nobody gives a permission away that they do not have. With one exception: whoever invites never
/// learns the password, so a distributor may give a customer's first user everything, the values that it must not see
/// itself included. A user made with a password by a distributor never gets those.
pub(super) fn may_invite(
    caller: &Caller,
    role: UserRole,
    organisation: Organisation,
    given: Option<PermissionSet>,
) -> Result<Allowed, IdentityError> {
    may_manage_users(caller)?;
    if !organisation.has(role) {
        return Err(IdentityError::NotAllowed(
            "the role does not fit the organisation",
        ));
    }
    let all: PermissionSet = Permission::of(role).collect();
    if given.as_ref().is_some_and(|given| !all.covers(given)) {
        return Err(IdentityError::NotAllowed(
            "one of these permissions means nothing to people of this role",
        ));
    }
    let (own, first_of) = match (&caller.scope, organisation) {
        (CallerScope::Admin(_), _) => (all, None),
        (CallerScope::Customer(scope), Organisation::Customer(id)) if id == scope.id() => {
            (scope.actor().permissions.clone(), None)
        }
        (CallerScope::Distributor(scope), Organisation::Distributor(id)) if id == scope.id() => {
            (scope.actor().permissions.clone(), None)
        }
        (CallerScope::Distributor(_), Organisation::Customer(id)) => (all, Some(id)),
        _ => return Err(IdentityError::NoSuchOrganisation),
    };
    let permissions = given.unwrap_or_else(|| meant(role, &own));
    if !own.covers(&permissions) {
        return Err(IdentityError::NotAllowed(
            "nobody gives a permission away that they do not have",
        ));
    }
    Ok(Allowed {
        permissions,
        first_of,
    })
}

/// Those of the permissions that mean something to people of a role.
pub(super) fn meant(role: UserRole, permissions: &PermissionSet) -> PermissionSet {
    Permission::of(role)
        .filter(|permission| permissions.allows(*permission))
        .collect()
}
