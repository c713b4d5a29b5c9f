//! A device's readings as one file, read stretch by stretch as it is taken: each in a short transaction of its own, and by
//! who may read it by then. Where that is nobody any more, or the database is away, the answer breaks off, so that nobody
//! takes it for whole.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, web};

use super::lines::Columns;
use crate::ground::ids::DeviceId;
use crate::history::store::page::Before;
use crate::history::store::readings::{self, Order, Wanted};
use crate::http::State;
use crate::http::auth::{ApiCustomer, reads_by_now};
use crate::http::files::{self, Full, Stretches};
use crate::http::problem::Problem;
use crate::tenancy::{CustomerScope, Scope as _};

/// Readings of one stretch.
const STRETCH: usize = 1_000;
/// Readings of one file. A device that sends one a second has as many in the days that are kept.
const MOST: usize = 700_000;

/// Which file.
#[derive(Debug)]
pub(in crate::http::api) struct Wish {
    pub(in crate::http::api) device: DeviceId,
    pub(in crate::http::api) wanted: Wanted,
    pub(in crate::http::api) order: Order,
}

/// Begins to hand over the file. What is wrong at its beginning is still a problem.
pub(in crate::http::api) async fn answer(
    state: web::Data<State>,
    customer: ApiCustomer,
    token: String,
    wish: Wish,
) -> Result<HttpResponse, Problem> {
    let ApiCustomer { scope, person } = customer;
    let place = state
        .files()
        .open(person.id, Some(scope.id().as_uuid()))
        .map_err(too_many)?;
    let name = format!("readings-{}.csv", wish.device);
    let mut taking = Taking {
        columns: Columns::of(wish.wanted.kind),
        state,
        token,
        wish,
        behind: None,
        left: MOST,
        is_over: false,
    };
    let mut first = taking.columns.head();
    taking.write(&scope, &mut first).await?;
    let ending = taking.state.ending().clone();
    let text = files::hand_over(first, taking, place, ending);
    Ok(HttpResponse::Ok()
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ))
        .content_type("text/csv; charset=utf-8")
        .streaming(Box::pin(text)))
}

/// Why one more file cannot be taken now.
pub(in crate::http::api) fn too_many(full: Full) -> Problem {
    let why = match full {
        Full::Own => "other files are still on their way to you: wait until they are there",
        Full::Others => "many files are on their way to others: try again in a minute",
    };
    Problem::new(
        "too-many-files",
        StatusCode::TOO_MANY_REQUESTS,
        "Too many files at once",
    )
    .detail(why)
    .header(header::RETRY_AFTER, "60")
}

/// A file on its way.
struct Taking {
    state: web::Data<State>,
    token: String,
    columns: Columns,
    wish: Wish,
    behind: Option<Before>,
    left: usize,
    is_over: bool,
}

impl Stretches for Taking {
    type Error = Problem;

    /// For who may read it by now.
    async fn next(&mut self) -> Result<Option<String>, Problem> {
        if self.is_over {
            return Ok(None);
        }
        let scope = reads_by_now(&self.state, &self.token).await?;
        let mut text = String::new();
        self.write(&scope, &mut text).await?;
        Ok(Some(text))
    }
}

impl Taking {
    /// Writes the next stretch; none is left behind one that is not full.
    async fn write(&mut self, scope: &CustomerScope, text: &mut String) -> Result<(), Problem> {
        let (wish, behind) = (&self.wish, self.behind);
        let rows = scope
            .run(self.state.database(), async |tx| {
                let limit = i64::try_from(STRETCH).unwrap_or(i64::MAX);
                readings::readings(tx, wish.device, &wish.wanted, wish.order, behind, limit).await
            })
            .await?;
        self.is_over = rows.len() < STRETCH;
        self.left = self.left.checked_sub(rows.len()).ok_or_else(|| {
            Problem::invalid(
                "from",
                format!("a file has {MOST} readings at most: ask for a shorter time"),
            )
        })?;
        self.behind = rows.last().map(|last| Before {
            measured_at: last.measured_at,
            id: last.id,
        });
        for reading in &rows {
            self.columns.line(reading, text);
        }
        Ok(())
    }
}
