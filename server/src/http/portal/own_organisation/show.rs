//! `GET /organization`.

use actix_web::{HttpResponse, web};
use web_templates::text::counted;
use web_templates::{Action, Fact, FactCard, Icon, OwnOrganisationPage};

use super::{Own, own};
use crate::history::archive::ArchivedDay;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, frame};
use crate::http::portal::organisations::{company, contact_actions, contact_rows, members, zone};
use crate::http::portal::page::{html, html_with};
use crate::http::portal::said::SaidQuery;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::{User, in_scope};
use crate::registry::overview::{self, Counts};
use crate::tenancy::{Right, Scope as _};

/// One's own organisation.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    said: web::Query<SaidQuery>,
) -> Result<HttpResponse, PageError> {
    let mut page = page(&state, &visitor).await?;
    page.frame.flashes = said.flashes();
    html(&page)
}

/// The page with a form on it that was not taken.
pub(super) async fn refused(
    state: &State,
    visitor: &Visitor,
    refused: Refused,
    tried: &str,
    sent: &Sent,
) -> Result<HttpResponse, PageError> {
    let mut page = page(state, visitor).await?;
    let status = refused.show_at(&mut page.frame, &mut page.actions, tried, sent)?;
    html_with(status, &page)
}

async fn page(state: &State, visitor: &Visitor) -> Result<OwnOrganisationPage, PageError> {
    let own = own(state, visitor).await?;
    let (people, counts) = beside(state, visitor, &own).await?;
    let may_change = visitor.can(Right::ManageOwnProfile);
    let mut facts = vec![zone(state, &own.time_zone)];
    if let Some((chosen, days)) = &own.archive {
        facts.extend(archived(*chosen, days, visitor.can(Right::ReadArchive)));
    }
    let mut settings = FactCard::new("Settings", facts);
    let mut company = company(state, visitor, &own.paper, own.created_at);
    if may_change {
        settings = settings.edit("/organization/edit");
        company = company.edit("/organization/edit");
    }
    let mut actions = Vec::new();
    if may_change {
        actions.push(Action::go("Edit", "/organization/edit").icon(Icon::Edit));
        actions.extend(contact_actions(state, visitor, "/organization", &own.contacts));
    }
    Ok(OwnOrganisationPage {
        frame: frame(state, visitor, Place::Organisation, &own.name, &counts),
        actions,
        cards: vec![company, settings],
        contacts: contact_rows(&own.contacts, may_change.then_some("/organization")),
        users: members::rows(state, visitor, &people),
        users_href: visitor.can(Right::ManageUsers).then(|| "/users".to_owned()),
    })
}

/// What becomes of readings when they leave the history, and which days lie in the archive.
fn archived(chosen: bool, days: &[ArchivedDay], may_read: bool) -> Vec<Fact> {
    let kept = if chosen { "Archived" } else { "Deleted" };
    let mut facts = vec![Fact::text("Readings after seven days", kept)];
    if let (Some(newest), Some(oldest)) = (days.first(), days.last()) {
        let readings: i64 = days.iter().map(|day| day.observations).sum();
        let span = format!(
            "{} to {}",
            oldest.day.format("%b %-d, %Y"),
            newest.day.format("%b %-d, %Y")
        );
        let count = counted(readings.unsigned_abs(), "reading", "readings");
        let label = "In the archive";
        let fact = if may_read {
            Fact::link(label, count, "/organization/archive")
        } else {
            Fact::text(label, count)
        };
        facts.push(fact.note(span));
    }
    facts
}

async fn beside(state: &State, visitor: &Visitor, own: &Own) -> Result<(Vec<User>, Counts), PageError> {
    let now = state.ground().now();
    in_scope!(visitor.caller(), scope => {
        scope
            .run(state.database(), async |tx| {
                let people = members::find(state, tx, own.organisation).await?;
                Ok((people, overview::counts(tx, now).await?))
            })
            .await
    })
}
