//! Who may change the registry.

use super::RegistryError;
use crate::ground::ids::UserId;
use crate::tenancy::{AdminScope, CustomerScope, DistributorScope, FinanceScope, Permission, Scope};

/// A scope of a person who looks at the registry. Row-level security shows each their own.
pub trait RegistryScope: Scope {
    /// Who acts.
    fn user(&self) -> UserId;

    /// Refuses who may not change devices and hubs.
    fn must_manage_devices(&self) -> Result<(), RegistryError>;

    /// Whether this is the platform itself.
    fn is_admin(&self) -> bool {
        false
    }
}

impl RegistryScope for AdminScope {
    fn user(&self) -> UserId {
        self.actor().user
    }

    fn must_manage_devices(&self) -> Result<(), RegistryError> {
        Ok(())
    }

    fn is_admin(&self) -> bool {
        true
    }
}

impl RegistryScope for DistributorScope {
    fn user(&self) -> UserId {
        self.actor().user
    }

    fn must_manage_devices(&self) -> Result<(), RegistryError> {
        allowed(self.actor().permissions.allows(Permission::ManageDevices))
    }
}

impl RegistryScope for CustomerScope {
    fn user(&self) -> UserId {
        self.actor().user
    }

    fn must_manage_devices(&self) -> Result<(), RegistryError> {
        allowed(self.allows(Permission::ManageDevices))
    }
}

impl RegistryScope for FinanceScope {
    fn user(&self) -> UserId {
        self.actor().user
    }

    fn must_manage_devices(&self) -> Result<(), RegistryError> {
        Err(RegistryError::NotAllowed("finance changes no devices"))
    }
}

fn allowed(is_allowed: bool) -> Result<(), RegistryError> {
    if is_allowed {
        Ok(())
    } else {
        Err(RegistryError::NotAllowed(
            "it takes the permission manage_devices",
        ))
    }
}
