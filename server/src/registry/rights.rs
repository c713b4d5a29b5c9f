//! What the caller may do to the registry, by the table of rights.

use super::{RegistryError, RegistryScope};
use crate::ground::enums::UserRole;
use crate::ground::ids::{CustomerId, DistributorId};
use crate::tenancy::{
    AdminScope, CustomerScope, Denied, DistributorScope, FinanceScope, Permission, Right, Scope as _,
};

/// A scope whose person the table of rights can be asked about.
pub trait HasRights: RegistryScope {
    /// Whose people they are.
    const PEOPLE_OF: UserRole;

    /// Refuses who does not have the right.
    fn must(&self, right: Right) -> Result<(), RegistryError>;

    /// The one customer that the caller works for.
    fn works_for_customer(&self) -> Option<CustomerId> {
        self.customer()
    }

    /// The one distributor that the caller works for.
    fn works_for_distributor(&self) -> Option<DistributorId> {
        self.distributor()
    }
}

macro_rules! has_rights {
    ($($scope:ident => $role:ident),+ $(,)?) => { $(
        impl HasRights for $scope {
            const PEOPLE_OF: UserRole = UserRole::$role;

            fn must(&self, right: Right) -> Result<(), RegistryError> {
                if self.seen_by().is_some_and(|(_, reach)| !reach.has(right)) {
                    return Err(denied(Denied::Confined));
                }
                right
                    .check(Self::PEOPLE_OF, &self.actor().permissions)
                    .map_err(denied)
            }
        }
    )+ };
}

has_rights! {
    AdminScope => Admin,
    FinanceScope => Finance,
    DistributorScope => Distributor,
    CustomerScope => Customer,
}

fn denied(denied: Denied) -> RegistryError {
    RegistryError::NotAllowed(match denied {
        Denied::OtherRole(_) => "it is for other people than you",
        Denied::Confined => "it concerns the whole customer, and you see some of its sites alone",
        Denied::Lacks(Permission::ManageDevices) => "it takes the permission manage_devices",
        Denied::Lacks(Permission::ManageUsers) => "it takes the permission manage_users",
        Denied::Lacks(Permission::ManageCustomers) => "it takes the permission manage_customers",
        Denied::Lacks(_) => "it takes a permission that you do not have",
    })
}
