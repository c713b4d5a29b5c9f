//! Who may do what: the one table of it (DESIGN §5). The HTTP room names the right of each of its routes, and the
//! extractors ask here before a handler runs; what belongs to whom is decided behind it, by scopes and row-level security.

use crate::ground::enums::UserRole;

use super::permission::{Permission, PermissionSet};

/// Something that a person may do, about what their scope shows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Right {
    /// One's own account: name, password, units, look.
    OwnAccount,
    /// The platform's health: what wants an administrator.
    SeePlatform,
    /// A customer's first page.
    SeeOwnHome,
    /// A distributor's first page and its stock.
    SeePortfolio,
    /// Distributors.
    SeeDistributors,
    /// Add and configure distributors.
    ManageDistributors,
    /// Customers: all, a distributor's own portfolio, a customer itself.
    SeeCustomers,
    /// Add and configure customers.
    ManageCustomers,
    /// One's own organisation.
    SeeOwnProfile,
    /// One's own organisation's name, address and contacts.
    ManageOwnProfile,
    /// Models of devices.
    SeeModels,
    /// Add and change models.
    ManageModels,
    /// Devices, without what they measured.
    SeeDevices,
    /// Configure devices, switch them on and off, give them back, replace them, issue their tokens.
    ManageDevices,
    /// Say what one's own organisation calls a device.
    CallDevices,
    /// Place devices and hubs from stock with customers, and take them back into it.
    PlaceDevices,
    /// Take devices and hubs into the platform's own stock, allocate them to distributors, retire them.
    ManageStock,
    /// Add a device with the proof that one holds it.
    AdoptDevices,
    /// The same with a reading that one's own hub has just signed.
    AdoptByReading,
    /// Import devices from files.
    ImportDevices,
    /// Hubs.
    SeeHubs,
    /// Add hubs: a customer its own, which it proves by claiming them.
    AddHubs,
    /// Configure hubs, claim them, send them commands.
    ManageHubs,
    /// Confirm the fingerprint of a hub's key, where it stands.
    ConfirmHubs,
    /// Vendors' clouds that push readings, their secrets, and which devices they speak for.
    ManageSources,
    /// What was measured.
    SeeMeasurements,
    /// What was measured and has left the history, with the messages it came in.
    ReadArchive,
    /// The customer's own server, its secrets and its deliveries.
    ManageEndpoints,
    /// The people of one's organisation, and of those that one may make users for.
    ManageUsers,
    /// Ask the platform to make sure of oneself, so that one may see what one's organisation measures.
    AskToBeConfirmed,
    /// Make sure of a customer's person, and confirm them.
    ConfirmPeople,
    /// Why did nothing arrive: refusals and heartbeats, without values.
    SeeRefusals,
    /// Cases, and what is written about them.
    SeeCases,
    /// Open a case, write in it, open it again.
    OpenCases,
    /// Hand cases on, say how they stand, note something for one's own side.
    AnswerCases,
    /// Orders of devices and hubs, and what was sent back.
    SeeOrders,
    /// Order, take in what arrived, send back.
    PlaceOrders,
    /// Find serials for an order, ship it, take back what a distributor returns.
    FulfilOrders,
    /// Write about orders and returns, cancel what was not sent.
    HandleOrders,
    /// A customer's sites and care teams.
    SeeSites,
    /// Set up sites and care teams, and say which devices and people belong to them.
    ManageSites,
    /// Say at which of the customer's sites a device or a hub stands.
    PlaceAtSites,
    /// Look for devices, hubs and organisations.
    Search,
}

/// Whether people of a role have a right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// None of them.
    Never,
    /// All of them.
    Always,
    /// Those to whom this was given.
    With(Permission),
    /// Those to whom one of the two was given.
    WithEither(Permission, Permission),
}
use Grant::{Always, Never, With, WithEither};
use Permission as P;

/// A right with its grants to administrators, finance, people of distributors and people of customers.
type Row = (Right, [Grant; 4]);

/// The table.
const TABLE: [Row; Right::COUNT] = [
    (Right::OwnAccount, [Always, Always, Always, Always]),
    (Right::SeePlatform, [Always, Never, Never, Never]),
    (Right::SeeOwnHome, [Never, Never, Never, Always]),
    (Right::SeePortfolio, [Never, Never, Always, Never]),
    (Right::SeeDistributors, [Always, Always, Never, Never]),
    (Right::ManageDistributors, [Always, Never, Never, Never]),
    (Right::SeeCustomers, [Always, Always, Always, Always]),
    (
        Right::ManageCustomers,
        [Always, Never, With(P::ManageCustomers), Never],
    ),
    (Right::SeeOwnProfile, [Never, Never, Always, Always]),
    (
        Right::ManageOwnProfile,
        [Never, Never, With(P::ManageUsers), With(P::ManageUsers)],
    ),
    (Right::SeeModels, [Always, Never, Always, Always]),
    (Right::ManageModels, [Always, Never, Never, Never]),
    (Right::SeeDevices, [Always, Never, Always, Always]),
    (
        Right::ManageDevices,
        [Always, Never, With(P::ManageDevices), With(P::ManageDevices)],
    ),
    (
        Right::CallDevices,
        [Never, Never, With(P::ManageDevices), With(P::ManageDevices)],
    ),
    (
        Right::PlaceDevices,
        [Always, Never, With(P::ManageDevices), Never],
    ),
    (Right::ManageStock, [Always, Never, Never, Never]),
    (
        Right::AdoptDevices,
        [Never, Never, With(P::ManageDevices), With(P::ManageDevices)],
    ),
    (
        Right::AdoptByReading,
        [Never, Never, Never, With(P::ManageDevices)],
    ),
    (
        Right::ImportDevices,
        [Always, Never, With(P::ManageDevices), With(P::ManageDevices)],
    ),
    (Right::SeeHubs, [Always, Never, Always, Always]),
    (
        Right::AddHubs,
        [Always, Never, With(P::ManageDevices), With(P::ManageDevices)],
    ),
    (
        Right::ManageHubs,
        [Always, Never, With(P::ManageDevices), With(P::ManageDevices)],
    ),
    (Right::ConfirmHubs, [Always, Never, Never, With(P::ManageDevices)]),
    (
        Right::ManageSources,
        [Always, Never, Never, With(P::ManageDevices)],
    ),
    (
        Right::SeeMeasurements,
        [Never, Never, Never, With(P::ReadReadings)],
    ),
    (Right::ReadArchive, [Never, Never, Never, With(P::ReadReadings)]),
    (
        Right::ManageEndpoints,
        [Never, Never, Never, With(P::ManageEndpoints)],
    ),
    (
        Right::ManageUsers,
        [Always, Never, With(P::ManageUsers), With(P::ManageUsers)],
    ),
    (
        Right::AskToBeConfirmed,
        [Never, Never, Never, With(P::ManageUsers)],
    ),
    (Right::ConfirmPeople, [Always, Never, Never, Never]),
    (Right::SeeRefusals, [Always, Never, Always, Always]),
    (Right::SeeCases, [Always, Never, Always, Always]),
    (Right::OpenCases, [Always, Never, Always, Always]),
    (
        Right::AnswerCases,
        [Always, Never, With(P::AnswerCases), With(P::AnswerCases)],
    ),
    (Right::SeeOrders, [Always, Always, Always, Never]),
    (Right::PlaceOrders, [Never, Never, With(P::ManageOrders), Never]),
    (Right::FulfilOrders, [Always, Never, Never, Never]),
    (Right::HandleOrders, [Always, Never, With(P::ManageOrders), Never]),
    (Right::SeeSites, [Never, Never, Never, Always]),
    (Right::ManageSites, [Never, Never, Never, With(P::ManageSites)]),
    (
        Right::PlaceAtSites,
        [Never, Never, Never, WithEither(P::ManageDevices, P::ManageSites)],
    ),
    (Right::Search, [Always, Always, Always, Always]),
];

impl Right {
    /// How many rights there are.
    pub const COUNT: usize = Self::Search as usize + 1;

    /// Whether it concerns a whole customer: nobody has it who is confined to some of its sites, whatever they were given.
    pub const fn concerns_the_whole(self) -> bool {
        matches!(
            self,
            Self::ReadArchive
                | Self::ManageEndpoints
                | Self::ManageUsers
                | Self::ManageSites
                | Self::PlaceAtSites
                | Self::ImportDevices
                | Self::AddHubs
                | Self::ManageSources
                | Self::ManageOwnProfile
        )
    }

    /// Whether people of this role have it.
    pub const fn granted_to(self, role: UserRole) -> Grant {
        let (_, grants) = TABLE[self as usize];
        grants[match role {
            UserRole::Admin => 0,
            UserRole::Finance => 1,
            UserRole::Distributor => 2,
            UserRole::Customer => 3,
        }]
    }

    /// Whether a person of this role with these permissions has it.
    ///
    /// # Errors
    /// Why not.
    pub fn check(self, role: UserRole, permissions: &PermissionSet) -> Result<(), Denied> {
        match self.granted_to(role) {
            Always => Ok(()),
            With(permission) if permissions.allows(permission) => Ok(()),
            WithEither(one, other) if permissions.allows(one) || permissions.allows(other) => Ok(()),
            With(permission) | WithEither(permission, _) => Err(Denied::Lacks(permission)),
            Never => Err(Denied::OtherRole(self)),
        }
    }

    /// The roles that have it, or could be given it.
    pub fn roles(self) -> impl Iterator<Item = UserRole> {
        UserRole::ALL
            .iter()
            .copied()
            .filter(move |role| self.granted_to(*role) != Never)
    }
}

/// Why a person may not do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// Nobody of their role may.
    OtherRole(Right),
    /// Others of their organisation may: those who were given this.
    Lacks(Permission),
    /// It concerns the whole customer, of which they see some sites alone.
    Confined,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_right_stands_in_its_own_row() {
        for (at, (right, _)) in TABLE.iter().enumerate() {
            assert_eq!(*right as usize, at, "{right:?}");
        }
    }

    #[test]
    fn nobody_but_a_customer_s_own_people_sees_what_was_measured() {
        let everything = PermissionSet::all();
        for role in [UserRole::Admin, UserRole::Finance, UserRole::Distributor] {
            assert!(Right::SeeMeasurements.check(role, &everything).is_err(), "{role}");
        }
        assert_eq!(
            Right::SeeMeasurements.check(UserRole::Customer, &everything),
            Ok(())
        );
        assert_eq!(
            Right::SeeMeasurements.check(UserRole::Customer, &PermissionSet::default()),
            Err(Denied::Lacks(Permission::ReadReadings))
        );
    }

    #[test]
    fn either_of_two_permissions_is_enough() {
        for permission in [Permission::ManageDevices, Permission::ManageSites] {
            let one = PermissionSet::from_iter([permission]);
            assert_eq!(Right::PlaceAtSites.check(UserRole::Customer, &one), Ok(()));
        }
        assert_eq!(
            Right::PlaceAtSites.check(UserRole::Customer, &PermissionSet::default()),
            Err(Denied::Lacks(Permission::ManageDevices))
        );
    }

    #[test]
    fn finance_changes_nothing() {
        let everything = PermissionSet::all();
        let may: Vec<Right> = TABLE
            .iter()
            .map(|(right, _)| *right)
            .filter(|right| right.check(UserRole::Finance, &everything).is_ok())
            .collect();
        assert_eq!(
            may,
            [
                Right::OwnAccount,
                Right::SeeDistributors,
                Right::SeeCustomers,
                Right::SeeOrders,
                Right::Search
            ]
        );
    }

    /// A column in which no permission makes a difference would make bundles meaningless.
    #[test]
    fn every_permission_opens_something() {
        for permission in Permission::ALL {
            assert!(
                TABLE.iter().any(|(_, grants)| grants.contains(&With(permission))),
                "{permission:?}"
            );
        }
    }
}
