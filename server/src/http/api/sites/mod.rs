//! A customer's sites: where its devices and hubs stand.

mod change;
mod create;
mod get;
mod list;
mod put;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::ground::ids::{SiteId, UserId};
use crate::http::State;
use crate::http::problem::Problem;
use crate::identity::{Member, Place};
use crate::registry::sites::{self, Site, Stands};
use crate::tenancy::{CustomerScope, Scope as _};

pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(list::list)
        .service(create::create)
        .service(get::get)
        .service(change::change)
        .service(put::devices)
        .service(put::hubs);
}

#[derive(Serialize, ToSchema)]
#[schema(as = Site)]
struct Out {
    id: SiteId,
    name: String,
    #[schema(required)]
    place: Option<String>,
    /// Null: the customer's.
    #[schema(required)]
    time_zone: Option<String>,
    created_at: DateTime<Utc>,
    /// Since when nothing may stand there any more.
    #[schema(required)]
    archived_at: Option<DateTime<Utc>>,
    /// Devices there.
    devices: i64,
    /// Active ones of them that are silent, or have a low battery or a weak signal.
    attention: i64,
    /// Hubs there.
    hubs: i64,
    /// Active people there, by themselves or in a care team.
    people: i64,
}

impl From<Site> for Out {
    fn from(site: Site) -> Self {
        let Site {
            id,
            name,
            place,
            time_zone,
            created_at,
            archived_at,
            devices,
            attention,
            hubs,
            people,
        } = site;
        Self {
            id,
            name,
            place,
            time_zone,
            created_at,
            archived_at,
            devices,
            attention,
            hubs,
            people,
        }
    }
}

/// A site with its people.
#[derive(Serialize, ToSchema)]
#[schema(as = SiteWithPeople)]
struct Whole {
    #[serde(flatten)]
    site: Out,
    /// Who is there.
    members: Vec<MemberOut>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = SiteMember)]
pub(super) struct MemberOut {
    id: UserId,
    name: String,
    /// Whether they see their own sites alone.
    confined: bool,
    /// The care team through which they are there; null: they are there by themselves.
    #[schema(required)]
    team: Option<String>,
}

impl From<Member> for MemberOut {
    fn from(member: Member) -> Self {
        let Member {
            id,
            name,
            confined,
            team,
        } = member;
        Self {
            id,
            name,
            confined,
            team,
        }
    }
}

async fn whole(state: &State, scope: &CustomerScope, id: SiteId) -> Result<Whole, Problem> {
    let now = state.ground().now();
    let site = scope
        .run(state.database(), async |tx| sites::get(tx, id, now).await)
        .await?;
    let people = async |tx: &_| state.identity().people_at(tx, Place::Site(id)).await;
    let members = scope.run(state.database(), people).await?;
    Ok(Whole {
        site: site.into(),
        members: members.into_iter().map(MemberOut::from).collect(),
    })
}

/// `site_id` of a list: an id, or `none` for what stands nowhere in particular.
pub(super) fn stands<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Stands>, D::Error> {
    let text: Option<String> = Option::deserialize(deserializer)?;
    match text.as_deref() {
        None => Ok(None),
        Some("none") => Ok(Some(Stands::Nowhere)),
        Some(id) => id
            .parse()
            .map(|id| Some(Stands::At(id)))
            .map_err(|_| serde::de::Error::custom("site_id must be an id, or none")),
    }
}
