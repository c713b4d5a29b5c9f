//! What somebody's role is called, on pages and in mail.

use super::rules::VALUES;
use crate::ground::enums::UserRole;
use crate::tenancy::{Bundle, Permission, PermissionSet};

/// The name of the preset role; where it is none, what such a person may do. Whoever sets up a customer is its administrator
/// from the first day, though they see readings only once the platform has made sure of them.
pub fn called(role: UserRole, permissions: &PermissionSet) -> String {
    match role {
        UserRole::Admin => return "Platform administrator".to_owned(),
        UserRole::Finance => return "Platform finance".to_owned(),
        UserRole::Distributor | UserRole::Customer => {}
    }
    if let Some(bundle) = Bundle::matching(role, permissions).or_else(|| first(role, permissions)) {
        return bundle.label.to_owned();
    }
    let labels = Permission::of(role).filter(|permission| permissions.allows(*permission));
    labels.map(Permission::label).collect::<Vec<_>>().join(", ")
}

/// The first preset role of a customer's people, to whom nobody outside of it gives values.
fn first(role: UserRole, permissions: &PermissionSet) -> Option<&'static Bundle> {
    let whole: PermissionSet = Permission::of(role)
        .filter(|permission| permissions.allows(*permission) || VALUES.contains(permission))
        .collect();
    let bundle = Bundle::of(role).next()?;
    let sees_none = VALUES.iter().all(|value| !permissions.allows(*value));
    (sees_none && role == UserRole::Customer && bundle.permissions() == whole).then_some(bundle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::rules::from_outside;

    #[test]
    fn a_first_person_is_an_administrator_and_nobody_with_less_is() {
        let of = |permissions: PermissionSet| called(UserRole::Customer, &permissions);
        assert_eq!(of(from_outside(UserRole::Customer)), "Administrator");
        assert_eq!(of(PermissionSet::all()), "Administrator");
        let less = from_outside(UserRole::Customer).minus(&[Permission::ManageSites].into_iter().collect());
        assert!(of(less).contains("Manage people"));
        let one_value = from_outside(UserRole::Customer);
        let one_value = Permission::ALL
            .into_iter()
            .filter(|permission| one_value.allows(*permission) || *permission == Permission::ReadReadings);
        assert!(of(one_value.collect()).contains("See readings"));
        assert_eq!(of(PermissionSet::default()), "Viewer");
        assert_eq!(
            called(UserRole::Distributor, &PermissionSet::all()),
            "Administrator"
        );
    }
}
