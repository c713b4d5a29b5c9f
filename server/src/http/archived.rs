//! How an archived day is given out, by the API and by the portal: whether it is there and this caller's, and its files, part
//! after part. A part is read and checked against the manifest when the one before it was taken, and handed over in pieces,
//! to who may read it by then: of each file one part is in memory at a time.

use std::fmt::Display;
use std::ops::RangeInclusive;

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use chrono::{Datelike as _, NaiveDate};
use sea_orm::DbErr;

use super::State;
use super::files::{self, Place, Stretches};
use crate::ground::ids::CustomerId;
use crate::history::archive::{self, ArchiveError, Manifest, Part};
use crate::tenancy::{CustomerScope, Scope as _, Tx};

/// Of other years there are none in the archive, nor, at their ends, in PostgreSQL.
pub(super) const YEARS: RangeInclusive<i32> = 2000..=9999;
/// Bytes that are handed over at once, and what is left of the line that they end in.
const PIECE: usize = 1 << 20;

/// Why a day is not given out.
#[derive(Debug, thiserror::Error)]
pub(super) enum Withheld {
    /// There is no such day, or none of this caller's.
    #[error("no such day lies in the archive")]
    NotThere,
    /// Who asks about the day was not told.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// Where the archive lies is away.
    #[error("the archive does not answer")]
    OutOfReach,
    /// What lies there is not what was put there.
    #[error("the archive does not hold what was put there")]
    Damaged,
}

impl From<ArchiveError> for Withheld {
    fn from(error: ArchiveError) -> Self {
        tracing::error!(%error, "a day of the archive cannot be read");
        match error {
            ArchiveError::Damaged { .. } => Self::Damaged,
            _ => Self::OutOfReach,
        }
    }
}

/// Makes sure that the day is in the archive and that it is these people's to read: the database says both.
pub(super) async fn listed(state: &State, scope: &CustomerScope, day: NaiveDate) -> Result<(), Withheld> {
    if !YEARS.contains(&day.year()) {
        return Err(Withheld::NotThere);
    }
    let work = async |tx: &Tx<CustomerScope>| archive::days(tx, day.succ_opt(), 1).await;
    let found = scope.run(state.database(), work).await?;
    match found.first() {
        Some(archived) if archived.day == day => Ok(()),
        _ => Err(Withheld::NotThere),
    }
}

/// What the day is made of.
pub(super) async fn manifest(
    state: &State,
    customer: CustomerId,
    day: NaiveDate,
) -> Result<Manifest, Withheld> {
    let found = state.archive().manifest(customer, day).await?;
    found.ok_or_else(|| {
        tracing::error!(%customer, %day, "a day that was archived has no manifest any more");
        Withheld::Damaged
    })
}

/// Who takes a file.
pub(super) trait Reader {
    /// Why they are refused.
    type Error: Display + From<Withheld>;

    /// What they may read by now.
    async fn scope(&self, state: &State) -> Result<CustomerScope, Self::Error>;
}

/// A file on its way.
pub(super) struct Taking<R> {
    state: web::Data<State>,
    reader: R,
    day: NaiveDate,
    /// Those that come after this one.
    parts: std::vec::IntoIter<Part>,
    /// The lines of the part that is being taken.
    lines: Vec<u8>,
    /// How many bytes of them were.
    taken: usize,
}

impl<R: Reader + 'static> Taking<R> {
    /// These parts of the day.
    pub(super) fn new(state: web::Data<State>, reader: R, day: NaiveDate, parts: Vec<Part>) -> Self {
        Self {
            state,
            reader,
            day,
            parts: parts.into_iter(),
            lines: Vec::new(),
            taken: 0,
        }
    }

    /// The answer that hands it over under a name. What is wrong at its beginning is still an error.
    pub(super) async fn answer(mut self, place: Place, name: &str) -> Result<HttpResponse, R::Error> {
        let first = self.piece().await?.unwrap_or_default();
        let ending = self.state.ending().clone();
        let text = files::hand_over(first, self, place, ending);
        Ok(HttpResponse::Ok()
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((
                header::CONTENT_DISPOSITION,
                format!("attachment; filename=\"{name}\""),
            ))
            .content_type("application/x-ndjson")
            .streaming(Box::pin(text)))
    }

    /// The next piece: whole lines, of one part.
    async fn piece(&mut self) -> Result<Option<String>, Withheld> {
        while self.taken >= self.lines.len() {
            let Some(part) = self.parts.next() else {
                return Ok(None);
            };
            // Before the next one is read, so that there is never more than one.
            self.lines = Vec::new();
            self.lines = self.state.archive().lines(&part).await?;
            self.taken = 0;
        }
        let piece = piece_of(&self.lines[self.taken..], PIECE);
        self.taken += piece.len();
        std::str::from_utf8(piece)
            .map(|lines| Some(lines.to_owned()))
            .map_err(|_| Withheld::Damaged)
    }
}

/// The first lines, as many as begin within so many bytes.
fn piece_of(lines: &[u8], bytes: usize) -> &[u8] {
    let Some(rest) = lines.get(bytes..) else {
        return lines;
    };
    let end = rest.iter().position(|byte| *byte == b'\n');
    &lines[..end.map_or(lines.len(), |end| bytes + end + 1)]
}

impl<R: Reader + 'static> Stretches for Taking<R> {
    type Error = R::Error;

    /// For who may read it by now.
    async fn next(&mut self) -> Result<Option<String>, R::Error> {
        let scope = self.reader.scope(&self.state).await?;
        listed(&self.state, &scope, self.day).await?;
        Ok(self.piece().await?)
    }
}

#[cfg(test)]
mod tests {
    use super::piece_of;

    #[test]
    fn a_piece_ends_with_a_line_and_all_of_them_are_the_whole() {
        let lines = b"one\ntwo, which is long\n\nthree\n";
        for bytes in 1..40 {
            let mut rest = lines.as_slice();
            let mut pieces = Vec::new();
            while !rest.is_empty() {
                let piece = piece_of(rest, bytes);
                assert!(piece.ends_with(b"\n"), "{bytes}");
                pieces.push(piece);
                rest = &rest[piece.len()..];
            }
            assert_eq!(pieces.concat(), lines, "{bytes}");
        }
        assert_eq!(piece_of(lines, 3), b"one\n");
        assert_eq!(piece_of(lines, 4), b"one\ntwo, which is long\n");
    }
}
