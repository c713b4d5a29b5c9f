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

/// What nobody outside of a customer gives to its people: to see what was measured, and to have it sent somewhere.
pub(super) const VALUES: [Permission; 2] = [Permission::ReadReadings, Permission::ManageEndpoints];

/// What the platform and distributors may give to people of a role that is not their own.
pub(super) fn from_outside(role: UserRole) -> PermissionSet {
    Permission::of(role)
        .filter(|permission| !VALUES.contains(permission))
        .collect()
}

/// The rules of who gives what to whom: nobody gives a permission away that they do not have. What a customer's devices
/// measured is its own, so nobody else lets anybody see it, whether they know the account's password or read its mail: a
/// customer's first person gets that from the platform once it has made sure of them (`confirmation`).
pub(super) fn may_invite(
    caller: &Caller,
    role: UserRole,
    organisation: Organisation,
    given: Option<PermissionSet>,
) -> Result<Allowed, IdentityError> {
    may_manage_users(caller)?;
    let (own, first_of) = match (&caller.scope, organisation) {
        (CallerScope::Admin(_), Organisation::Customer(_)) => (from_outside(role), None),
        (CallerScope::Admin(_), _) => (Permission::of(role).collect(), None),
        (CallerScope::Customer(scope), Organisation::Customer(id)) if id == scope.id() => {
            (scope.actor().permissions.clone(), None)
        }
        (CallerScope::Distributor(scope), Organisation::Distributor(id)) if id == scope.id() => {
            (scope.actor().permissions.clone(), None)
        }
        (CallerScope::Distributor(_), Organisation::Customer(id)) => (from_outside(role), Some(id)),
        _ => return Err(IdentityError::NoSuchOrganisation),
    };
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
    let permissions = given.unwrap_or_else(|| meant(role, &own));
    if own.covers(&permissions) {
        return Ok(Allowed {
            permissions,
            first_of,
        });
    }
    let is_outside = matches!(organisation, Organisation::Customer(_)) && caller.role() != UserRole::Customer;
    Err(IdentityError::NotAllowed(if is_outside {
        "only a customer's own people let somebody see readings or manage the endpoint; its first person gets that when \
         the platform has confirmed them"
    } else {
        "nobody gives a permission away that they do not have"
    }))
}

/// Those of the permissions that mean something to people of a role.
pub(super) fn meant(role: UserRole, permissions: &PermissionSet) -> PermissionSet {
    Permission::of(role)
        .filter(|permission| permissions.allows(*permission))
        .collect()
}
