//! Who makes a request, as a type.

use uuid::Uuid;
use vitals::Units;

use super::{Email, Preferences};
use crate::ground::enums::UserRole;
use crate::ground::ids::UserId;
use crate::tenancy::{
    Actor, AdminScope, CustomerScope, Denied, DistributorScope, FinanceScope, Permission, Right,
};

/// A person who proved who they are, and what they may touch.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who it is.
    pub person: Person,
    /// What they may touch.
    pub scope: CallerScope,
}

impl Caller {
    /// Whether this caller may do that inside the organisation; an administrator of the platform is not asked.
    pub fn allows(&self, permission: Permission) -> bool {
        match &self.scope {
            CallerScope::Admin(_) => permission != Permission::ReadReadings,
            CallerScope::Distributor(scope) => {
                permission != Permission::ReadReadings && scope.actor().permissions.allows(permission)
            }
            CallerScope::Finance(_) => false,
            CallerScope::Customer(scope) => scope.allows(permission),
        }
    }

    /// Whom this caller works for.
    pub fn role(&self) -> UserRole {
        match &self.scope {
            CallerScope::Admin(_) => UserRole::Admin,
            CallerScope::Finance(_) => UserRole::Finance,
            CallerScope::Distributor(_) => UserRole::Distributor,
            CallerScope::Customer(_) => UserRole::Customer,
        }
    }

    /// What their role is called.
    pub fn called(&self) -> String {
        super::called(self.role(), &self.actor().permissions)
    }

    /// The distributor or the customer that this caller works for; none: the platform.
    pub(crate) fn organisation_id(&self) -> Option<Uuid> {
        match &self.scope {
            CallerScope::Admin(_) | CallerScope::Finance(_) => None,
            CallerScope::Distributor(scope) => Some(scope.id().as_uuid()),
            CallerScope::Customer(scope) => Some(scope.id().as_uuid()),
        }
    }

    /// Whether the table of rights lets this caller do that.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, right: Right) -> Result<(), Denied> {
        match &self.scope {
            CallerScope::Customer(scope) => scope.check(right),
            _ => right.check(self.role(), &self.actor().permissions),
        }
    }

    /// Whether this caller sees some sites of their customer alone.
    pub fn is_confined(&self) -> bool {
        matches!(&self.scope, CallerScope::Customer(scope) if scope.reach().is_confined())
    }

    fn actor(&self) -> &Actor {
        match &self.scope {
            CallerScope::Admin(scope) => scope.actor(),
            CallerScope::Finance(scope) => scope.actor(),
            CallerScope::Distributor(scope) => scope.actor(),
            CallerScope::Customer(scope) => scope.actor(),
        }
    }
}

/// A person's name and whereabouts, for pages.
#[derive(Debug, Clone)]
pub struct Person {
    /// The account.
    pub id: UserId,
    /// The name to show.
    pub name: String,
    /// The address that signs in.
    pub email: Email,
    /// The name of the customer or distributor; none for the platform's own people.
    pub organisation: Option<String>,
    /// The time zone that times are shown in, as an IANA name: the person's own, else the organisation's.
    pub time_zone: String,
    /// What they chose for themselves.
    pub preferences: Preferences,
    /// The units in which they read values.
    pub units: Units,
}

/// The scope a caller acts in.
#[derive(Debug, Clone)]
pub enum CallerScope {
    /// The platform's own people.
    Admin(AdminScope),
    /// Those who keep the platform's books.
    Finance(FinanceScope),
    /// A distributor's people.
    Distributor(DistributorScope),
    /// A customer's people.
    Customer(CustomerScope),
}

/// Runs the same work in whichever scope a caller has: `in_scope!(caller, scope => scope.run(…).await)`. The work must
/// be written for any scope; what it sees, row-level security decides.
macro_rules! in_scope {
    ($caller:expr, $scope:ident => $work:expr) => {
        match &$caller.scope {
            $crate::identity::CallerScope::Admin($scope) => $work,
            $crate::identity::CallerScope::Finance($scope) => $work,
            $crate::identity::CallerScope::Distributor($scope) => $work,
            $crate::identity::CallerScope::Customer($scope) => $work,
        }
    };
}
pub(crate) use in_scope;
