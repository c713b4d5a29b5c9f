//! A customer's care teams: people who look after some of its sites.

mod change;
mod create;
mod get;
mod list;
mod remove;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::ground::ids::{CareTeamId, SiteId, UserId};
use crate::http::State;
use crate::http::problem::Problem;
use crate::registry::sites::{self, Team};
use crate::tenancy::{CustomerScope, Scope as _};

pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(list::list)
        .service(create::create)
        .service(get::get)
        .service(change::change)
        .service(remove::remove);
}

#[derive(Serialize, ToSchema)]
#[schema(as = CareTeam)]
struct Out {
    id: CareTeamId,
    name: String,
    created_at: DateTime<Utc>,
    /// The sites that it looks after, by name; of them those that you see.
    sites: Vec<SiteId>,
    /// Its people, by name.
    people: Vec<UserId>,
    /// Devices at these sites.
    devices: i64,
}

impl From<Team> for Out {
    fn from(team: Team) -> Self {
        let Team {
            id,
            name,
            created_at,
            sites,
            people,
            devices,
        } = team;
        Self {
            id,
            name,
            created_at,
            sites: sites.into_iter().map(|(id, _)| id).collect(),
            people: people.into_iter().map(|(id, _)| id).collect(),
            devices,
        }
    }
}

async fn one(state: &State, scope: &CustomerScope, id: CareTeamId) -> Result<Out, Problem> {
    let team = scope
        .run(state.database(), async |tx| sites::team(tx, id).await)
        .await?;
    Ok(team.into())
}
