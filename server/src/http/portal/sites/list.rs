//! `GET /sites`.

use actix_web::{HttpResponse, web};
use web_templates::{Action, Icon, SiteRow, SitesPage, TeamRow};

use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, frame};
use crate::http::portal::page::html;
use crate::http::portal::said::SaidQuery;
use crate::http::portal::visitor::Visitor;
use crate::registry::overview;
use crate::registry::sites::{self, Site, Team};
use crate::tenancy::{Right, Scope as _};

/// Sites and care teams on one page.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    said: web::Query<SaidQuery>,
) -> Result<HttpResponse, PageError> {
    let now = state.ground().now();
    let (all, teams, counts) = visitor
        .customer()?
        .run(state.database(), async |tx| {
            let all = sites::list(tx, now).await?;
            let teams = sites::teams(tx).await?;
            Ok::<_, PageError>((all, teams, overview::counts(tx, now).await?))
        })
        .await?;
    let mut frame = frame(&state, &visitor, Place::Sites, "Sites", &counts);
    frame.flashes = said.flashes();
    html(&SitesPage {
        frame,
        actions: actions(&visitor),
        sites: all.iter().map(site).collect(),
        teams: teams.iter().map(team).collect(),
    })
}

fn actions(visitor: &Visitor) -> Vec<Action> {
    if !visitor.can(Right::ManageSites) {
        return Vec::new();
    }
    vec![
        Action::go("Add a care team", "/care-teams/new").icon(Icon::Teams),
        Action::go("Add a site", "/sites/new").icon(Icon::Add).primary(),
    ]
}

fn site(site: &Site) -> SiteRow {
    let place = site.place.clone().unwrap_or_default();
    SiteRow {
        href: format!("/sites/{}", site.id),
        name: site.name.clone(),
        place: match (site.archived_at, place.as_str()) {
            (None, _) => place,
            (Some(_), "") => "archived".to_owned(),
            (Some(_), place) => format!("{place} · archived"),
        },
        devices: site.devices.unsigned_abs(),
        attention: site.attention.unsigned_abs(),
        hubs: site.hubs.unsigned_abs(),
        people: site.people.unsigned_abs(),
    }
}

fn team(team: &Team) -> TeamRow {
    let joined = |names: &mut dyn Iterator<Item = &String>| names.cloned().collect::<Vec<_>>().join(", ");
    TeamRow {
        href: format!("/care-teams/{}", team.id),
        name: team.name.clone(),
        sites: joined(&mut team.sites.iter().map(|(_, name)| name)),
        people: joined(&mut team.people.iter().map(|(_, name)| name)),
        devices: team.devices.unsigned_abs(),
    }
}
