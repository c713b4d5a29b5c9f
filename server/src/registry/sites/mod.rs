//! Sites and care teams of a customer (docs/adr/0011): where its devices and hubs stand, and who looks after them. A
//! customer's inner structure is its own: no function here takes anybody's scope but a customer's, and nobody else's role
//! may read these tables. Who belongs to a site or a team is written by [`crate::identity`].

mod change;
mod manage;
mod stand;
mod teams;

use chrono::{DateTime, Utc};

use super::faults::whole;
use super::typed::{Change, Line, TimeZone, Typed};
use super::{RegistryError, store};
use crate::ground::ids::{CareTeamId, SiteId, UserId};
use crate::tenancy::{CustomerScope, Tx};

pub use change::{change, create};
pub(super) use manage::What;
pub(super) use stand::lands;
pub use stand::{MOST_AT_ONCE, put_devices, put_hub};
pub use teams::{TeamPatch, change_team, create_team, remove_team};

/// Sites of one customer, and as many care teams: what a person may be confined to.
pub const MOST: i64 = 200;

/// The name of a site or a care team.
pub type SiteName = Line<100>;
/// Where a site is.
pub type Whereabouts = Line<200>;

/// A site, with what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Its id.
    pub id: SiteId,
    /// Its name, its own among the customer's sites in use.
    pub name: String,
    /// Where it is.
    pub place: Option<String>,
    /// Its time zone; none: the customer's.
    pub time_zone: Option<String>,
    /// When it was set up.
    pub created_at: DateTime<Utc>,
    /// Since when nothing may stand there any more.
    pub archived_at: Option<DateTime<Utc>>,
    /// Devices there.
    pub devices: i64,
    /// Active ones of them that want a person.
    pub attention: i64,
    /// Hubs there.
    pub hubs: i64,
    /// Active people who are there, by themselves or in a care team.
    pub people: i64,
}

/// Where a device or a hub stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// At a site.
    At(SiteId),
    /// At none.
    Nowhere,
}

/// A care team, with what it looks after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    /// Its id.
    pub id: CareTeamId,
    /// Its name, its own among the customer's teams.
    pub name: String,
    /// When it was set up.
    pub created_at: DateTime<Utc>,
    /// The sites that it looks after, by name.
    pub sites: Vec<(SiteId, String)>,
    /// Its people, by name.
    pub people: Vec<(UserId, String)>,
    /// Devices at these sites.
    pub devices: i64,
}

/// A site to set up.
#[derive(Debug, Clone)]
pub struct NewSite {
    /// Its name.
    pub name: SiteName,
    /// Where it is.
    pub place: Option<Whereabouts>,
    /// Its time zone; none: the customer's.
    pub time_zone: Option<TimeZone>,
}

impl NewSite {
    /// As it was typed.
    pub fn typed(name: &str, place: Option<&str>, time_zone: Option<&str>) -> Result<Self, RegistryError> {
        whole!(NewSite {
            name: Typed::parse("name", name),
            place: Typed::maybe("place", place),
            time_zone: Typed::maybe("time_zone", time_zone),
        })
    }
}

/// What is to change about a site.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SitePatch {
    /// Its name.
    pub name: Option<SiteName>,
    /// Where it is.
    pub place: Option<Change<Whereabouts>>,
    /// Its time zone.
    pub time_zone: Option<Change<TimeZone>>,
    /// Whether nothing may stand there any more.
    pub archived: Option<bool>,
}

/// The sites that the scope sees, by name; those that are archived last.
pub async fn list(tx: &Tx<CustomerScope>, now: DateTime<Utc>) -> Result<Vec<Site>, RegistryError> {
    store::sites::list(tx, None, now).await
}

/// The sites at which something may stand, with no figures, by name: what a form offers.
pub async fn offered(tx: &Tx<CustomerScope>) -> Result<Vec<(SiteId, String)>, RegistryError> {
    store::sites::offered(tx).await
}

/// One site.
pub async fn get(tx: &Tx<CustomerScope>, id: SiteId, now: DateTime<Utc>) -> Result<Site, RegistryError> {
    let found = store::sites::list(tx, Some(id), now).await?;
    found.into_iter().next().ok_or(RegistryError::NotFound("site"))
}

/// The care teams that the scope sees, by name.
pub async fn teams(tx: &Tx<CustomerScope>) -> Result<Vec<Team>, RegistryError> {
    store::teams::list(tx, None).await
}

/// One care team.
pub async fn team(tx: &Tx<CustomerScope>, id: CareTeamId) -> Result<Team, RegistryError> {
    let found = store::teams::list(tx, Some(id)).await?;
    found
        .into_iter()
        .next()
        .ok_or(RegistryError::NotFound("care team"))
}
