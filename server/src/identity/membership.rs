//! What people of a customer see of it (docs/adr/0011): all, or what stands at their own sites and those of their care teams.
//! Whether somebody is confined is said apart from where they belong, so that taking the last site away shows them nothing,
//! never everything. A change holds from their next request on: sites are read with the account.

use std::collections::HashMap;

use super::store::membership as store;
use super::{Caller, CallerScope, Identity, IdentityError};
use crate::ground::ids::{CareTeamId, SiteId, UserId};
use crate::tenancy::{CustomerScope, MOST_SITES, PermissionSet, Reach, Right, Scope as _, SystemScope, Tx};

/// People at one site or in one care team.
const MOST_PEOPLE: usize = 500;

/// Where a person belongs, by themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Belonging {
    /// Whether they see these sites and those of the teams alone.
    pub confined: bool,
    /// Sites.
    pub sites: Vec<SiteId>,
    /// Care teams.
    pub teams: Vec<CareTeamId>,
}

/// What of a person's belonging changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BelongingPatch {
    /// Whether they see a part alone.
    pub confined: Option<bool>,
    /// Their sites from now on, all of them.
    pub sites: Option<Vec<SiteId>>,
    /// Their care teams from now on, all of them.
    pub teams: Option<Vec<CareTeamId>>,
}

/// Where people are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A site.
    Site(SiteId),
    /// A care team.
    Team(CareTeamId),
}

/// Somebody at a site or in a care team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Whether they see a part alone.
    pub confined: bool,
    /// At a site: the care team through which they are there; none: they are there by themselves.
    pub team: Option<String>,
}

pub(super) const TAKES_BOTH: IdentityError = IdentityError::NotAllowed(
    "it takes the permissions manage_users and manage_sites to say how much somebody sees",
);
pub(super) const OF_THE_WHOLE: IdentityError = IdentityError::NotAllowed(
    "who sees some sites alone cannot manage people, sites or the endpoint: these concern the whole customer",
);

/// Whether these permissions are for who sees a part alone.
pub(super) fn may_be_confined(permissions: &PermissionSet) -> Result<(), IdentityError> {
    match Reach::of_the_whole(permissions).next() {
        None => Ok(()),
        Some(_) => Err(OF_THE_WHOLE),
    }
}

/// Who says how much somebody sees has to see all of it.
pub(super) fn may_confine(caller: &Caller) -> Result<&CustomerScope, IdentityError> {
    let CallerScope::Customer(scope) = &caller.scope else {
        return Err(IdentityError::NotAllowed(
            "what people of a customer see of it is the customer's own to say",
        ));
    };
    if caller.check(Right::ManageUsers).is_ok() && caller.check(Right::ManageSites).is_ok() {
        return Ok(scope);
    }
    Err(TAKES_BOTH)
}

/// Who says where somebody belongs.
fn may_place(scope: &CustomerScope) -> Result<(), IdentityError> {
    scope
        .check(Right::ManageSites)
        .map_err(|_| IdentityError::NotAllowed("it takes the permission manage_sites"))
}

/// A person's sites are compared with every device, so they are counted.
pub(super) fn bounded(belonging: &Belonging) -> Result<(), IdentityError> {
    if belonging.sites.len() > MOST_SITES || belonging.teams.len() > MOST_SITES {
        return Err(IdentityError::NotAllowed("at most 200 sites and 200 care teams"));
    }
    Ok(())
}

impl Identity {
    /// Where a person that the scope sees belongs.
    pub async fn belonging(&self, tx: &Tx<CustomerScope>, user: UserId) -> Result<Belonging, IdentityError> {
        store::belonging(tx, user).await
    }

    /// The names of the sites at which these people are, by themselves or through a care team.
    pub async fn sites_of(
        &self,
        tx: &Tx<CustomerScope>,
        users: &[UserId],
    ) -> Result<HashMap<UserId, Vec<String>>, IdentityError> {
        store::sites_of(tx, users).await
    }

    /// The people of a site, those of its care teams among them, or of a care team, by name.
    pub async fn people_at(
        &self,
        tx: &Tx<CustomerScope>,
        place: Place,
    ) -> Result<Vec<Member>, IdentityError> {
        store::people_at(tx, place).await
    }

    /// Says what a colleague sees, for who sees all of the customer: nobody says it of themselves, and nobody of a person
    /// who may do more than they may themselves.
    pub async fn set_belonging(
        &self,
        caller: &Caller,
        user: UserId,
        patch: BelongingPatch,
    ) -> Result<(), IdentityError> {
        let BelongingPatch {
            confined,
            sites,
            teams,
        } = patch;
        let scope = match (&caller.scope, confined) {
            (_, Some(_)) => may_confine(caller)?,
            (CallerScope::Customer(scope), None) => scope,
            _ => return may_confine(caller).map(drop),
        };
        may_place(scope)?;
        bounded(&Belonging {
            confined: false,
            sites: sites.clone().unwrap_or_default(),
            teams: teams.clone().unwrap_or_default(),
        })?;
        let theirs = match confined {
            Some(_) => self.user_to_change(caller, scope, user).await?,
            None => {
                scope
                    .run(&self.database, async |tx| self.user(tx, user).await)
                    .await?
                    .user
            }
        };
        if confined == Some(true) {
            may_be_confined(&theirs.permissions)?;
        }
        SystemScope::for_purpose("say what a person whom the caller sees sees of their customer")
            .run(&self.database, async |tx| {
                if let Some(sites) = &sites {
                    store::system_set_sites(tx, scope.id(), user, sites).await?;
                }
                if let Some(teams) = &teams {
                    store::system_set_teams(tx, scope.id(), user, teams).await?;
                }
                match confined {
                    Some(confined) => store::system_confine(tx, scope.id(), user, confined).await,
                    None => Ok(()),
                }
            })
            .await?;
        self.endings.send_replace(());
        Ok(())
    }

    /// Puts these people, and nobody else, at a site by themselves or into a care team, for who manages sites.
    pub async fn set_people(
        &self,
        scope: &CustomerScope,
        place: Place,
        people: &[UserId],
    ) -> Result<(), IdentityError> {
        may_place(scope)?;
        if people.len() > MOST_PEOPLE {
            return Err(IdentityError::NotAllowed("at most 500 people"));
        }
        scope
            .run(&self.database, async |tx| store::must_see(tx, place).await)
            .await?;
        SystemScope::for_purpose(
            "put people of the caller's customer at a site or into a team that the caller sees",
        )
        .run(&self.database, async |tx| {
            store::system_set_people(tx, scope.id(), place, people).await
        })
        .await?;
        self.endings.send_replace(());
        Ok(())
    }
}
