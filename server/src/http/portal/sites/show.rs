//! `GET /sites/{id}`, and what is changed there.

use actix_web::{HttpResponse, web};
use web_templates::{Action, Fact, FactCard, Form, Icon, SitePage};

use super::form::{fields, typed};
use super::people::{People, save};
use crate::ground::ids::SiteId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::local::see;
use crate::http::portal::page::{html, html_with};
use crate::http::portal::said::SaidQuery;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::Place as At;
use crate::registry::Change;
use crate::registry::overview::{self, Counts};
use crate::registry::sites::{self, Site, SitePatch};
use crate::tenancy::{Right, Scope as _};

struct Known {
    site: Site,
    people: People,
    counts: Counts,
}

/// One site.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<SiteId>,
    said: web::Query<SaidQuery>,
) -> Result<HttpResponse, PageError> {
    let known = find(&state, &visitor, *id).await?;
    let mut page = page(&state, &visitor, &known);
    page.frame.flashes = said.flashes();
    html(&page)
}

/// Name, place and time zone.
pub(super) async fn change(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<SiteId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let done = match typed(&sent) {
        Ok(new) => {
            let patch = SitePatch {
                name: Some(new.name),
                place: Some(new.place.map_or(Change::Clear, Change::Set)),
                time_zone: Some(new.time_zone.map_or(Change::Clear, Change::Set)),
                archived: None,
            };
            apply(&state, &visitor, *id, patch).await
        }
        Err(error) => Err(error.into()),
    };
    end(&state, &visitor, *id, ("", &sent), done.map(|()| "saved")).await
}

/// In use, or not any more.
pub(super) async fn archive(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<SiteId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let archived = sent.get("archived") == "yes";
    let patch = SitePatch {
        archived: Some(archived),
        ..SitePatch::default()
    };
    let word = if archived {
        "site-archived"
    } else {
        "site-restored"
    };
    let done = apply(&state, &visitor, *id, patch).await.map(|()| word);
    end(&state, &visitor, *id, ("/archive", &sent), done).await
}

/// Who belongs there by themselves.
pub(super) async fn people(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<SiteId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    save(&state, &visitor, At::Site(*id), &sent).await
}

async fn apply(state: &State, visitor: &Visitor, id: SiteId, patch: SitePatch) -> Result<(), Refused> {
    let scope = visitor.customer()?;
    Ok(sites::change(state.ground(), state.database(), scope, id, &patch).await?)
}

/// The answer: the page with a word about what was done, or the reason why it was not.
async fn end(
    state: &State,
    visitor: &Visitor,
    id: SiteId,
    (verb, sent): (&str, &Sent),
    done: Result<&str, Refused>,
) -> Result<HttpResponse, PageError> {
    match done {
        Ok(word) => Ok(see(&format!("/sites/{id}?said={word}"))),
        Err(refused) => {
            let known = find(state, visitor, id).await?;
            let mut page = page(state, visitor, &known);
            let tried = format!("/sites/{id}{verb}");
            let status = refused.show_at(&mut page.frame, &mut page.moves, &tried, sent)?;
            html_with(status, &page)
        }
    }
}

async fn find(state: &State, visitor: &Visitor, id: SiteId) -> Result<Known, PageError> {
    let (now, scope) = (state.ground().now(), visitor.customer()?);
    scope
        .run(state.database(), async |tx| {
            Ok(Known {
                site: sites::get(tx, id, now).await?,
                people: People::find(state, visitor, tx, At::Site(id)).await?,
                counts: overview::counts(tx, now).await?,
            })
        })
        .await
}

fn page(state: &State, visitor: &Visitor, known: &Known) -> SitePage {
    let site = &known.site;
    let mut frame = frame(state, visitor, Place::Sites, &site.name, &known.counts);
    frame.crumbs = vec![crumb("Sites", "/sites")];
    let path = format!("/sites/{}", site.id);
    let words = (
        "Who belongs here by themselves",
        "Whoever sees some sites alone sees what stands here. Members of its care teams are here anyway.",
    );
    SitePage {
        lead: site.place.clone().unwrap_or_default(),
        actions: actions(visitor, site),
        people: known.people.told(visitor),
        nobody: "People who belong here, or to a care team that looks after it, can be let see only this."
            .to_owned(),
        forms: known.people.form(state, visitor, &path, words),
        cards: vec![facts(site)],
        moves: moves(state, visitor, site),
        frame,
    }
}

fn facts(site: &Site) -> FactCard {
    let at = |list: &str| format!("/{list}?site={}", site.id);
    let mut facts = vec![
        Fact::link("Devices", site.devices.to_string(), at("devices")),
        Fact::text("Want a person", site.attention.to_string()),
        Fact::link("Hubs", site.hubs.to_string(), at("hubs")),
        Fact::text("People", site.people.to_string()),
        Fact::text(
            "Time zone",
            site.time_zone.as_deref().unwrap_or("your organization's"),
        ),
    ];
    if site.archived_at.is_some() {
        facts.push(Fact::text("State", "archived"));
    }
    FactCard::new("What is here", facts)
}

fn actions(visitor: &Visitor, site: &Site) -> Vec<Action> {
    let path = format!("/sites/{}/devices", site.id);
    let put = Action::go("Put devices here", path).icon(Icon::Devices).primary();
    (site.archived_at.is_none() && visitor.can(Right::ManageSites))
        .then_some(put)
        .into_iter()
        .collect()
}

fn moves(state: &State, visitor: &Visitor, site: &Site) -> Vec<Action> {
    if !visitor.can(Right::ManageSites) {
        return Vec::new();
    }
    let (path, csrf) = (format!("/sites/{}", site.id), visitor.csrf(state));
    let place = site.place.as_deref().unwrap_or_default();
    let zone = site.time_zone.as_deref().unwrap_or_default();
    let change = Form::new(&path, &csrf, "Save").fields(fields(&site.name, place, zone));
    let archive = |submit: &str, archived: &str| {
        Form::new(format!("{path}/archive"), &csrf, submit).hidden("archived", archived)
    };
    let last = if site.archived_at.is_some() {
        Action::post(archive("Use it again", "no")).icon(Icon::Activate)
    } else {
        Action::post(archive("Archive it", "yes"))
            .icon(Icon::Deactivate)
            .hint("What stands there is moved to another site first.")
    };
    vec![Action::ask("Change it", change).icon(Icon::Edit), last]
}
