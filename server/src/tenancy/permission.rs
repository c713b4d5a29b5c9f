//! What a user of a customer or a distributor may do inside it.

use std::collections::BTreeSet;
use std::str::FromStr;

use crate::ground::enums::UserRole;

/// One thing a user may be allowed to do. Stored as text in `user_account.permissions`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// See measured values.
    ReadReadings,
    /// Configure devices and hubs, confirm a hub, issue tokens.
    ManageDevices,
    /// See and change the endpoint, its secrets, deliveries and the dead-letter shelf.
    ManageEndpoints,
    /// Invite and change users of the same organisation, and its name and address.
    ManageUsers,
    /// Add and configure the customers of one's portfolio.
    ManageCustomers,
    /// Answer cases: write internal notes, hand them on, close them.
    AnswerCases,
    /// Order devices and hubs from the platform, take them in, send them back.
    ManageOrders,
    /// Set up sites and care teams, and say which devices and people belong to them.
    ManageSites,
}

impl Permission {
    /// Every permission there is.
    pub const ALL: [Self; 8] = [
        Self::ReadReadings,
        Self::ManageDevices,
        Self::ManageEndpoints,
        Self::ManageUsers,
        Self::ManageCustomers,
        Self::AnswerCases,
        Self::ManageOrders,
        Self::ManageSites,
    ];

    /// Those that mean something to people of a role.
    pub fn of(role: UserRole) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |permission| match permission {
            Self::ReadReadings | Self::ManageEndpoints | Self::ManageSites => role == UserRole::Customer,
            Self::ManageDevices | Self::ManageUsers | Self::AnswerCases => {
                matches!(role, UserRole::Customer | UserRole::Distributor)
            }
            Self::ManageCustomers | Self::ManageOrders => role == UserRole::Distributor,
        })
    }

    /// What it allows, as pages say it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::ReadReadings => "See readings",
            Self::ManageDevices => "Manage devices and hubs",
            Self::ManageEndpoints => "Manage your server and its deliveries",
            Self::ManageUsers => "Manage people and the organization",
            Self::ManageCustomers => "Add and configure customers",
            Self::AnswerCases => "Answer cases",
            Self::ManageOrders => "Order devices and hubs",
            Self::ManageSites => "Set up sites and care teams",
        }
    }

    /// The text it is stored as.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadReadings => "read_readings",
            Self::ManageDevices => "manage_devices",
            Self::ManageEndpoints => "manage_endpoints",
            Self::ManageUsers => "manage_users",
            Self::ManageCustomers => "manage_customers",
            Self::AnswerCases => "answer_cases",
            Self::ManageOrders => "manage_orders",
            Self::ManageSites => "manage_sites",
        }
    }
}

/// A text that names no permission.
#[derive(Debug, thiserror::Error)]
#[error("unknown permission")]
pub struct UnknownPermission;

impl FromStr for Permission {
    type Err = UnknownPermission;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|permission| permission.as_str() == text)
            .ok_or(UnknownPermission)
    }
}

/// The permissions of one user.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PermissionSet(BTreeSet<Permission>);

impl PermissionSet {
    /// Everything.
    pub fn all() -> Self {
        Permission::ALL.into_iter().collect()
    }

    /// Whether this may be done.
    pub fn allows(&self, permission: Permission) -> bool {
        self.0.contains(&permission)
    }

    /// Whether everything that the others allow may be done.
    pub fn covers(&self, others: &Self) -> bool {
        others.0.is_subset(&self.0)
    }

    /// Those that the others do not hold.
    #[must_use]
    pub fn minus(&self, others: &Self) -> Self {
        self.0.difference(&others.0).copied().collect()
    }

    /// What is left without these.
    #[must_use]
    pub(super) fn without(mut self, others: &[Permission]) -> Self {
        self.0.retain(|permission| !others.contains(permission));
        self
    }

    /// The texts to store.
    pub fn to_texts(&self) -> Vec<String> {
        self.0
            .iter()
            .map(|permission| permission.as_str().to_owned())
            .collect()
    }

    /// Reads stored texts; one that a newer version wrote and this one does not know grants nothing.
    pub fn from_texts(texts: &[String]) -> Self {
        texts.iter().filter_map(|text| text.parse().ok()).collect()
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(iter: I) -> Self {
        Self(iter.into_iter().collect())
    }
}
