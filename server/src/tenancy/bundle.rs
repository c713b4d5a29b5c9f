//! Preset roles of people in an organisation: bundles of permissions under a name that says what such a person does.

use crate::ground::enums::UserRole;

use super::permission::{Permission, PermissionSet};
use Permission as P;

/// A preset role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bundle {
    /// Its word in forms and addresses.
    pub word: &'static str,
    /// Its name on pages.
    pub label: &'static str,
    /// What such a person does, a phrase.
    pub does: &'static str,
    /// For whose people it is.
    pub role: UserRole,
    permissions: &'static [Permission],
}

/// Every preset role. The first of a role is that of whoever sets its organisation up.
pub const BUNDLES: &[Bundle] = &[
    Bundle {
        word: "administrator",
        label: "Administrator",
        does: "sets up people, devices and customers",
        role: UserRole::Distributor,
        permissions: &[
            P::ManageDevices,
            P::ManageUsers,
            P::ManageCustomers,
            P::AnswerCases,
            P::ManageOrders,
        ],
    },
    Bundle {
        word: "operations",
        label: "Operations",
        does: "orders, adds customers, places devices and hubs",
        role: UserRole::Distributor,
        permissions: &[
            P::ManageDevices,
            P::ManageCustomers,
            P::AnswerCases,
            P::ManageOrders,
        ],
    },
    Bundle {
        word: "support",
        label: "Support",
        does: "answers questions about devices and hubs",
        role: UserRole::Distributor,
        permissions: &[P::AnswerCases],
    },
    Bundle {
        word: "viewer",
        label: "Viewer",
        does: "sees devices, hubs and customers, changes nothing",
        role: UserRole::Distributor,
        permissions: &[],
    },
    Bundle {
        word: "administrator",
        label: "Administrator",
        does: "sets up people, devices and the connection to your server",
        role: UserRole::Customer,
        permissions: &[
            P::ReadReadings,
            P::ManageDevices,
            P::ManageEndpoints,
            P::ManageUsers,
            P::AnswerCases,
            P::ManageSites,
        ],
    },
    Bundle {
        word: "clinician",
        label: "Clinician",
        does: "reads what was measured",
        role: UserRole::Customer,
        permissions: &[P::ReadReadings],
    },
    Bundle {
        word: "technician",
        label: "Technician",
        does: "sets up devices and hubs and sees that readings arrive",
        role: UserRole::Customer,
        permissions: &[P::ReadReadings, P::ManageDevices, P::AnswerCases],
    },
    Bundle {
        word: "integrator",
        label: "Integrator",
        does: "connects your own server and looks after deliveries",
        role: UserRole::Customer,
        permissions: &[P::ReadReadings, P::ManageEndpoints],
    },
    Bundle {
        word: "viewer",
        label: "Viewer",
        does: "sees which devices and hubs there are, no values",
        role: UserRole::Customer,
        permissions: &[],
    },
];

impl Bundle {
    /// Those for people of a role.
    pub fn of(role: UserRole) -> impl Iterator<Item = &'static Self> {
        BUNDLES.iter().filter(move |bundle| bundle.role == role)
    }

    /// The one of this word.
    pub fn named(role: UserRole, word: &str) -> Option<&'static Self> {
        Self::of(role).find(|bundle| bundle.word == word)
    }

    /// The one with exactly these permissions, as far as they mean anything to people of the role.
    pub fn matching(role: UserRole, permissions: &PermissionSet) -> Option<&'static Self> {
        let meant: PermissionSet = Permission::of(role)
            .filter(|permission| permissions.allows(*permission))
            .collect();
        Self::of(role).find(|bundle| bundle.permissions() == meant)
    }

    /// What it holds.
    pub fn permissions(&self) -> PermissionSet {
        self.permissions.iter().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_is_found_by_what_it_holds() {
        for bundle in BUNDLES {
            assert_eq!(Bundle::matching(bundle.role, &bundle.permissions()), Some(bundle));
            assert_eq!(Bundle::named(bundle.role, bundle.word), Some(bundle));
        }
        assert_eq!(
            Bundle::matching(UserRole::Customer, &PermissionSet::all()).map(|bundle| bundle.word),
            Some("administrator")
        );
        let odd = [Permission::ManageUsers].into_iter().collect();
        assert_eq!(Bundle::matching(UserRole::Customer, &odd), None);
    }

    #[test]
    fn no_bundle_holds_what_means_nothing_to_its_role() {
        for bundle in BUNDLES {
            let meant: PermissionSet = Permission::of(bundle.role).collect();
            assert!(meant.covers(&bundle.permissions()), "{bundle:?}");
        }
    }
}
