//! `GET /care-teams/{id}`, and what is changed there.

use actix_web::{HttpResponse, web};
use web_templates::{Action, Fact, FactCard, Form, Icon, SitePage};

use super::form::ticked;
use super::offered;
use super::people::{People, save};
use super::team_form::fields;
use crate::ground::ids::{CareTeamId, SiteId};
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::local::see;
use crate::http::portal::page::{html, html_with};
use crate::http::portal::said::SaidQuery;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::Place as At;
use crate::registry::Typed as _;
use crate::registry::overview::{self, Counts};
use crate::registry::sites::{self, SiteName, Team, TeamPatch};
use crate::tenancy::{Right, Scope as _};

struct Known {
    team: Team,
    people: People,
    offered: Vec<(SiteId, String)>,
    counts: Counts,
}

/// One care team.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<CareTeamId>,
    said: web::Query<SaidQuery>,
) -> Result<HttpResponse, PageError> {
    let known = find(&state, &visitor, *id).await?;
    let mut page = page(&state, &visitor, &known);
    page.frame.flashes = said.flashes();
    html(&page)
}

/// Its name and its sites.
pub(super) async fn change(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<CareTeamId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    match apply(&state, &visitor, *id, &sent).await {
        Ok(()) => Ok(see(&format!("/care-teams/{id}?said=saved"))),
        Err(refused) => {
            let known = find(&state, &visitor, *id).await?;
            let mut page = page(&state, &visitor, &known);
            let tried = format!("/care-teams/{id}");
            let status = refused.show_at(&mut page.frame, &mut page.moves, &tried, &sent)?;
            html_with(status, &page)
        }
    }
}

async fn apply(state: &State, visitor: &Visitor, id: CareTeamId, sent: &Sent) -> Result<(), Refused> {
    let patch = TeamPatch {
        name: Some(SiteName::parse("name", sent.get("name"))?),
        sites: Some(ticked(sent, "site")),
    };
    Ok(sites::change_team(
        state.identity(),
        state.database(),
        visitor.customer()?,
        id,
        &patch,
    )
    .await?)
}

/// Who is in it.
pub(super) async fn people(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<CareTeamId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    save(&state, &visitor, At::Team(*id), &sent).await
}

/// Dissolves it.
pub(super) async fn remove(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<CareTeamId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    sites::remove_team(state.identity(), state.database(), visitor.customer()?, *id).await?;
    Ok(see("/sites?said=team-removed"))
}

async fn find(state: &State, visitor: &Visitor, id: CareTeamId) -> Result<Known, PageError> {
    let (now, scope) = (state.ground().now(), visitor.customer()?);
    let offered = offered(state, visitor).await?;
    scope
        .run(state.database(), async |tx| {
            Ok(Known {
                team: sites::team(tx, id).await?,
                people: People::find(state, visitor, tx, At::Team(id)).await?,
                offered,
                counts: overview::counts(tx, now).await?,
            })
        })
        .await
}

fn page(state: &State, visitor: &Visitor, known: &Known) -> SitePage {
    let team = &known.team;
    let mut frame = frame(state, visitor, Place::Sites, &team.name, &known.counts);
    frame.crumbs = vec![crumb("Sites", "/sites")];
    let path = format!("/care-teams/{}", team.id);
    let words = (
        "Who is in it",
        "Whoever sees some sites alone sees what stands at the sites of this team.",
    );
    let mut facts: Vec<Fact> = team
        .sites
        .iter()
        .map(|(id, name)| Fact::link("Site", name, format!("/sites/{id}")))
        .collect();
    facts.push(Fact::text("Devices", team.devices.to_string()));
    SitePage {
        lead: "Care team".to_owned(),
        actions: Vec::new(),
        people: known.people.told(visitor),
        nobody: "People in it who see some sites alone see those of this team.".to_owned(),
        forms: known.people.form(state, visitor, &path, words),
        cards: vec![FactCard::new("What it looks after", facts)],
        moves: moves(state, visitor, known, &path),
        frame,
    }
}

fn moves(state: &State, visitor: &Visitor, known: &Known, path: &str) -> Vec<Action> {
    if !visitor.can(Right::ManageSites) {
        return Vec::new();
    }
    let (team, csrf) = (&known.team, visitor.csrf(state));
    let of: Vec<SiteId> = team.sites.iter().map(|(id, _)| *id).collect();
    let change = Form::new(path, &csrf, "Save").fields(fields(&team.name, &known.offered, &of));
    let remove = Form::new(format!("{path}/remove"), &csrf, "Dissolve it")
        .danger()
        .section_with(
            "",
            "Its people see no more by it, from their next click on.",
            Vec::new(),
        );
    vec![
        Action::ask("Change its name or its sites", change).icon(Icon::Edit),
        Action::ask("Dissolve it", remove).icon(Icon::Retire),
    ]
}
