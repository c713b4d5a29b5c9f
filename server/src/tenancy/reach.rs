//! How much of a customer a person sees: all of it, or what stands at some of its sites (docs/adr/0011).

use std::collections::BTreeSet;
use std::sync::Arc;

use uuid::Uuid;

use super::permission::{Permission, PermissionSet};
use super::right::Right;
use crate::ground::ids::SiteId;

/// Sites that one person may be confined to, their care teams' among them: what policies compare with every device.
pub const MOST_SITES: usize = 200;

/// What a person of a customer sees of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// All of it.
    Whole,
    /// What stands at these sites; at none, nothing.
    Sites(Arc<BTreeSet<SiteId>>),
}

/// What concerns a whole customer, so that nobody has it who sees a part alone.
const OF_THE_WHOLE: [Permission; 3] = [
    Permission::ManageEndpoints,
    Permission::ManageUsers,
    Permission::ManageSites,
];

impl Reach {
    /// Confined to these sites.
    pub fn sites(sites: impl IntoIterator<Item = SiteId>) -> Self {
        Self::Sites(Arc::new(sites.into_iter().collect()))
    }

    /// Whether it is a part alone.
    pub fn is_confined(&self) -> bool {
        matches!(self, Self::Sites(_))
    }

    /// The sites that it is confined to.
    pub fn confined_to(&self) -> Option<&BTreeSet<SiteId>> {
        match self {
            Self::Whole => None,
            Self::Sites(sites) => Some(sites),
        }
    }

    /// The one site that it is confined to: what such a person brings stands there.
    pub fn only_site(&self) -> Option<SiteId> {
        let sites = self.confined_to()?;
        (sites.len() == 1).then(|| sites.first().copied()).flatten()
    }

    /// What the policies of the database read.
    pub(super) fn setting(&self) -> String {
        match self {
            Self::Whole => "all".to_owned(),
            Self::Sites(sites) => {
                let ids: Vec<String> = sites
                    .iter()
                    .copied()
                    .map(|id| Uuid::from(id).to_string())
                    .collect();
                format!("{{{}}}", ids.join(","))
            }
        }
    }

    /// Those of the permissions that concern a whole customer; a confined person can be given none of them.
    pub fn of_the_whole(permissions: &PermissionSet) -> impl Iterator<Item = Permission> + '_ {
        OF_THE_WHOLE
            .into_iter()
            .filter(|permission| permissions.allows(*permission))
    }

    /// What of the permissions holds for somebody who sees so much.
    #[must_use]
    pub fn within(&self, permissions: PermissionSet) -> PermissionSet {
        match self {
            Self::Whole => permissions,
            Self::Sites(_) => permissions.without(&OF_THE_WHOLE),
        }
    }

    /// Whether this right is for somebody who sees so much.
    pub const fn has(&self, right: Right) -> bool {
        match self {
            Self::Whole => true,
            Self::Sites(_) => !right.concerns_the_whole(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_sites_are_not_all_sites() {
        assert_eq!(Reach::Whole.setting(), "all");
        assert_eq!(Reach::sites([]).setting(), "{}");
        let [a, b] = [1, 2].map(|number| SiteId::from(Uuid::from_u128(number)));
        assert_eq!(
            Reach::sites([b, a, b]).setting(),
            "{00000000-0000-0000-0000-000000000001,00000000-0000-0000-0000-000000000002}"
        );
        assert_eq!(Reach::sites([]).only_site(), None);
        assert_eq!(Reach::sites([b]).only_site(), Some(b));
        assert_eq!(Reach::sites([a, b]).only_site(), None);
    }

    #[test]
    fn who_is_confined_has_nothing_that_concerns_the_whole() {
        let confined = Reach::sites([]);
        let held = confined.within(PermissionSet::all());
        assert_eq!(Reach::of_the_whole(&held).next(), None);
        assert!(held.allows(Permission::ManageDevices) && held.allows(Permission::ReadReadings));
        assert_eq!(Reach::Whole.within(PermissionSet::all()), PermissionSet::all());
        for right in [
            Right::ManageEndpoints,
            Right::ManageUsers,
            Right::ManageSites,
            Right::ImportDevices,
            Right::ManageOwnProfile,
        ] {
            assert!(!confined.has(right) && Reach::Whole.has(right), "{right:?}");
        }
        assert!(confined.has(Right::SeeDevices) && confined.has(Right::ManageDevices));
    }
}
