//! `GET /organization/archive`: the customer's days that have left the history, and their files.

use actix_web::{HttpResponse, web};
use chrono::{Datelike as _, NaiveDate};
use serde::Deserialize;
use web_templates::text::size;
use web_templates::{ArchivePage, ArchivedDayRow, When};

use super::error::PageError;
use super::frame::{Place, crumb, frame};
use super::list::{ROWS, ask, pager};
use super::page::html;
use super::visitor::Visitor;
use crate::history::archive::{self, ArchivedDay, Content};
use crate::http::State;
use crate::http::archived::{Reader, Taking, Withheld, YEARS, listed, manifest};
use crate::http::files::Full;
use crate::identity::{CallerScope, SessionSecret};
use crate::registry::{Page, organisations, overview};
use crate::tenancy::{CustomerScope, Permission, Scope as _};

const PATH: &str = "/organization/archive";

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route("/organization/archive", web::get().to(list))
        .route(
            "/organization/archive/{day}/observations",
            web::get().to(observations),
        )
        .route(
            "/organization/archive/{day}/raw-messages",
            web::get().to(raw_messages),
        );
}

#[derive(Debug, Deserialize)]
struct Asked {
    /// The last day of the page before.
    #[serde(default)]
    after: String,
}

async fn list(
    state: web::Data<State>,
    visitor: Visitor,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let ask = ask::<NaiveDate>(&asked.after, ROWS)?;
    if ask.after.is_some_and(|day| !YEARS.contains(&day.year())) {
        return Err(PageError::bad_request());
    }
    let (now, scope) = (state.ground().now(), visitor.reader()?);
    let (days, chosen, counts) = scope
        .run(state.database(), async |tx| {
            let days = archive::days(tx, ask.after, ask.rows()).await?;
            let own = organisations::customer(tx, scope.id()).await?;
            Ok::<_, PageError>((days, own.archive, overview::counts(tx, now).await?))
        })
        .await?;
    let page = Page::of(days, &ask, |archived| archived.day);
    let mut frame = frame(&state, &visitor, Place::Organisation, "Archive", &counts);
    frame.crumbs = vec![crumb("Your organization", "/organization")];
    html(&ArchivePage {
        frame,
        pager: pager(PATH, &[], &asked.after, page.next.as_ref(), String::new()),
        rows: page.rows.iter().map(|day| row(day, &visitor)).collect(),
        empty: empty(chosen).to_owned(),
    })
}

fn row(archived: &ArchivedDay, visitor: &Visitor) -> ArchivedDayRow {
    ArchivedDayRow {
        day: archived.day.format("%b %-d, %Y").to_string(),
        href: format!("{PATH}/{}", archived.day),
        readings: archived.observations.unsigned_abs(),
        messages: archived.raw_messages.unsigned_abs(),
        size: size(archived.bytes.unsigned_abs()),
        read_back: When::full(archived.verified_at, &visitor.zone()),
    }
}

fn empty(is_chosen: bool) -> &'static str {
    if is_chosen {
        "A day comes here seven days after its readings arrived, before it leaves the history."
    } else {
        "Readings are deleted after seven days. Who may edit your organization can have them archived from now on."
    }
}

async fn observations(
    state: web::Data<State>,
    visitor: Visitor,
    day: web::Path<NaiveDate>,
) -> Result<HttpResponse, PageError> {
    file(state, visitor, *day, Content::Observations).await
}

async fn raw_messages(
    state: web::Data<State>,
    visitor: Visitor,
    day: web::Path<NaiveDate>,
) -> Result<HttpResponse, PageError> {
    file(state, visitor, *day, Content::RawMessages).await
}

async fn file(
    state: web::Data<State>,
    visitor: Visitor,
    day: NaiveDate,
    content: Content,
) -> Result<HttpResponse, PageError> {
    let scope = visitor.reader()?;
    listed(&state, scope, day).await?;
    let place = state
        .files()
        .open(visitor.person().id, visitor.caller().organisation_id())
        .map_err(|full| PageError::too_many_files(full == Full::Own))?;
    let mut parts = manifest(&state, scope.id(), day).await?.parts;
    parts.retain(|part| part.content == content);
    let name = format!("{}-{day}.ndjson", content.word());
    let reader = Session(visitor.secret().clone());
    Taking::new(state, reader, day, parts).answer(place, &name).await
}

/// Who is signed in with this secret.
struct Session(SessionSecret);

impl Reader for Session {
    type Error = PageError;

    async fn scope(&self, state: &State) -> Result<CustomerScope, PageError> {
        match state.identity().watched_by(&self.0).await?.scope {
            CallerScope::Customer(scope) if scope.allows(Permission::ReadReadings) => Ok(scope),
            _ => Err(PageError::forbidden()),
        }
    }
}

impl From<Withheld> for PageError {
    fn from(why: Withheld) -> Self {
        match why {
            Withheld::NotThere => Self::not_found(),
            Withheld::Database(error) => error.into(),
            Withheld::OutOfReach => Self::away("The archive does not answer. Try again in a minute."),
            Withheld::Damaged => {
                Self::broken("The archive does not hold what was put there. Tell whoever runs the platform.")
            }
        }
    }
}
