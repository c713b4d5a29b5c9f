//! What has left the history, for the customer whose it was and who chose to keep it.

mod lines;
mod which;

use actix_web::http::{StatusCode, header};
use actix_web::{get, web};
use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::openapi::Refused;
use super::paging::{ListOut, PageQuery};
use crate::history::archive::{self, ArchivedDay, Content, Manifest, Part};
use crate::http::State;
use crate::http::archived::{Withheld, YEARS, listed, manifest};
use crate::http::auth::ApiCustomer;
use crate::http::problem::Problem;
use crate::registry::Page;
use crate::tenancy::{CustomerScope, Scope as _, Tx};

pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(list)
        .service(show)
        .service(lines::observations)
        .service(lines::raw_messages);
}

/// A day that lies in the archive.
#[derive(Serialize, ToSchema)]
#[schema(as = ArchivedDay)]
struct DayOut {
    /// The UTC day on which its readings arrived.
    day: NaiveDate,
    /// How many readings.
    observations: i64,
    /// How many messages they came in.
    raw_messages: i64,
    /// Bytes as it lies there, packed and sealed.
    bytes: i64,
    /// When it was read back; after that it left the history.
    verified_at: DateTime<Utc>,
}

impl From<ArchivedDay> for DayOut {
    fn from(archived: ArchivedDay) -> Self {
        let ArchivedDay {
            day,
            observations,
            raw_messages,
            bytes,
            verified_at,
        } = archived;
        Self {
            day,
            observations,
            raw_messages,
            bytes,
            verified_at,
        }
    }
}

/// What an archived day is made of.
#[derive(Serialize, ToSchema)]
#[schema(as = ArchiveManifest)]
struct ManifestOut {
    day: NaiveDate,
    written_at: DateTime<Utc>,
    observations: u64,
    raw_messages: u64,
    /// Messages that were left out, because somebody else's readings came in them as well.
    raw_messages_shared: u64,
    /// Rows that are in neither file, because they could not be written as either; whoever runs the platform has them.
    as_stored: u64,
    /// The stretches of which the two files are made, in their order.
    parts: Vec<PartOut>,
}

/// A stretch of one of the two files.
#[derive(Serialize, ToSchema)]
#[schema(as = ArchivePart)]
struct PartOut {
    /// `observations` or `raw-messages`: the file it belongs to.
    content: &'static str,
    lines: u64,
    /// SHA-256 of its lines, in hexadecimal.
    sha256: String,
}

impl From<Manifest> for ManifestOut {
    fn from(manifest: Manifest) -> Self {
        let Manifest {
            version: _,
            customer: _,
            day,
            written_at,
            observations,
            raw_messages,
            raw_messages_shared,
            as_stored,
            mut parts,
        } = manifest;
        parts.retain(|part| part.content != Content::AsStored);
        Self {
            day,
            written_at,
            observations,
            raw_messages,
            raw_messages_shared,
            as_stored,
            parts: parts.into_iter().map(PartOut::from).collect(),
        }
    }
}

impl From<Part> for PartOut {
    fn from(part: Part) -> Self {
        Self {
            content: part.content.word(),
            lines: part.lines,
            sha256: part.lines_sha256,
        }
    }
}

/// List the days in the archive, the newest first
///
/// A day comes there when it leaves the history, for a customer who chose it (`archive` of the organisation).
#[utoipa::path(get, path = "/archive", tag = "archive", security(("token" = [])),
    params(PageQuery), responses((status = 200, body = ListOut<DayOut>), Refused))]
#[get("/archive")]
async fn list(
    state: web::Data<State>,
    customer: ApiCustomer,
    query: web::Query<PageQuery>,
) -> Result<web::Json<ListOut<DayOut>>, Problem> {
    let ask = query.into_inner().ask::<NaiveDate>()?;
    if ask.after.is_some_and(|day| !YEARS.contains(&day.year())) {
        return Err(Problem::invalid("after", "must be the next of an earlier page"));
    }
    let rows = i64::from(ask.limit) + 1;
    let work = async |tx: &Tx<CustomerScope>| archive::days(tx, ask.after, rows).await;
    let days = customer.scope.run(state.database(), work).await?;
    let page = Page::of(days, &ask, |archived| archived.day);
    Ok(web::Json(ListOut::of(page, DayOut::from)))
}

/// What an archived day is made of
#[utoipa::path(get, path = "/archive/{day}", tag = "archive", security(("token" = [])),
    params(("day" = NaiveDate, Path)), responses((status = 200, body = ManifestOut), Refused))]
#[get("/archive/{day}")]
async fn show(
    state: web::Data<State>,
    customer: ApiCustomer,
    day: web::Path<NaiveDate>,
) -> Result<web::Json<ManifestOut>, Problem> {
    let day = day.into_inner();
    listed(&state, &customer.scope, day).await?;
    let manifest = manifest(&state, customer.scope.id(), day).await?;
    Ok(web::Json(manifest.into()))
}

impl From<Withheld> for Problem {
    fn from(why: Withheld) -> Self {
        match why {
            Withheld::NotThere => Self::not_found("day in the archive"),
            Withheld::Database(error) => error.into(),
            Withheld::OutOfReach => Self::new(
                "archive-unavailable",
                StatusCode::SERVICE_UNAVAILABLE,
                "The archive does not answer",
            )
            .detail("try again later")
            .header(header::RETRY_AFTER, "60"),
            Withheld::Damaged => Self::new(
                "archive-damaged",
                StatusCode::INTERNAL_SERVER_ERROR,
                "The archive does not hold what was put there",
            )
            .detail("the operator's log says which part; tell whoever runs the platform"),
        }
    }
}
