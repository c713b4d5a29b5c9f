//! The two files of an archived day. A part is read and checked against the manifest when the one before it was taken, and
//! handed over in pieces, by who may read it by then: of each file one part is in memory at a time.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::NaiveDate;

use super::which::Which;
use super::{listed, manifest_of, out_of_reach};
use crate::history::archive::{Content, Part};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::readings::file::too_many;
use crate::http::auth::{ApiCustomer, bearer, of_customer_by_now};
use crate::http::files::{self, Stretches};
use crate::http::problem::Problem;
use crate::tenancy::Right;

/// Bytes that are handed over at once, and what is left of the line that they end in.
const PIECE: usize = 1 << 20;

/// The readings of an archived day
///
/// FHIR R4 Observations, one a line (NDJSON). Where the file cannot be whole the connection breaks off.
#[utoipa::path(get, path = "/archive/{day}/observations", tag = "archive", security(("token" = [])),
    params(("day" = NaiveDate, Path), Which),
    responses((status = 200, content_type = "application/x-ndjson", body = String), Refused))]
#[get("/archive/{day}/observations")]
pub(super) async fn observations(
    state: web::Data<State>,
    customer: ApiCustomer,
    request: HttpRequest,
    day: web::Path<NaiveDate>,
    which: web::Query<Which>,
) -> Result<HttpResponse, Problem> {
    let asked = (day.into_inner(), Content::Observations, which.part);
    answer(state, customer, &request, asked).await
}

/// The messages of an archived day
///
/// One JSON document a line (NDJSON), with the bytes as they came in base64 and the proof that came with them. Where the
/// file cannot be whole the connection breaks off.
#[utoipa::path(get, path = "/archive/{day}/raw-messages", tag = "archive", security(("token" = [])),
    params(("day" = NaiveDate, Path), Which),
    responses((status = 200, content_type = "application/x-ndjson", body = String), Refused))]
#[get("/archive/{day}/raw-messages")]
pub(super) async fn raw_messages(
    state: web::Data<State>,
    customer: ApiCustomer,
    request: HttpRequest,
    day: web::Path<NaiveDate>,
    which: web::Query<Which>,
) -> Result<HttpResponse, Problem> {
    let asked = (day.into_inner(), Content::RawMessages, which.part);
    answer(state, customer, &request, asked).await
}

async fn answer(
    state: web::Data<State>,
    customer: ApiCustomer,
    request: &HttpRequest,
    (day, content, which): (NaiveDate, Content, Option<usize>),
) -> Result<HttpResponse, Problem> {
    let ApiCustomer { scope, person } = customer;
    listed(&state, &scope, day).await?;
    let place = state
        .files()
        .open(person.id, Some(scope.id().as_uuid()))
        .map_err(too_many)?;
    let mut parts = manifest_of(&state, scope.id(), day).await?.parts;
    parts.retain(|part| part.content == content);
    if let Some(nth) = which {
        let only = nth
            .checked_sub(1)
            .and_then(|before| parts.into_iter().nth(before));
        parts = vec![only.ok_or_else(|| Problem::not_found("part of this day"))?];
    }
    let mut taking = Taking {
        token: bearer(request).unwrap_or_default().to_owned(),
        day,
        parts: parts.into_iter(),
        lines: Vec::new(),
        taken: 0,
        state,
    };
    // What is wrong at the beginning is still a problem.
    let first = taking.piece().await?.unwrap_or_default();
    let ending = taking.state.ending().clone();
    let text = files::hand_over(first, taking, place, ending);
    let only = which.map_or_else(String::new, |nth| format!("-part-{nth}"));
    let name = format!("{}-{day}{only}.ndjson", content.word());
    Ok(HttpResponse::Ok()
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ))
        .content_type("application/x-ndjson")
        .streaming(Box::pin(text)))
}

/// A file on its way.
struct Taking {
    state: web::Data<State>,
    token: String,
    day: NaiveDate,
    /// Those that come after this one.
    parts: std::vec::IntoIter<Part>,
    /// The lines of the part that is being taken.
    lines: Vec<u8>,
    /// How many bytes of them were.
    taken: usize,
}

impl Taking {
    /// The next piece: whole lines, of one part.
    async fn piece(&mut self) -> Result<Option<String>, Problem> {
        while self.taken >= self.lines.len() {
            let Some(part) = self.parts.next() else {
                return Ok(None);
            };
            // Before the next one is read, so that there is never more than one.
            self.lines = Vec::new();
            self.lines = self.state.archive().lines(&part).await.map_err(out_of_reach)?;
            self.taken = 0;
        }
        let piece = piece_of(&self.lines[self.taken..], PIECE);
        self.taken += piece.len();
        std::str::from_utf8(piece)
            .map(|lines| Some(lines.to_owned()))
            .map_err(|_| super::gone())
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

impl Stretches for Taking {
    type Error = Problem;

    /// For who may read it by now.
    async fn next(&mut self) -> Result<Option<String>, Problem> {
        let scope = of_customer_by_now(&self.state, &self.token, Right::ReadArchive).await?;
        listed(&self.state, &scope, self.day).await?;
        self.piece().await
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
