//! The two files of an archived day.

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::NaiveDate;

use super::which::Which;
use crate::history::archive::Content;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::readings::file::too_many;
use crate::http::archived::{Reader, Taking, listed, manifest};
use crate::http::auth::{ApiCustomer, bearer, of_customer_by_now};
use crate::http::problem::Problem;
use crate::tenancy::{CustomerScope, Right};

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
    let mut parts = manifest(&state, scope.id(), day).await?.parts;
    parts.retain(|part| part.content == content);
    if let Some(nth) = which {
        let only = nth
            .checked_sub(1)
            .and_then(|before| parts.into_iter().nth(before));
        parts = vec![only.ok_or_else(|| Problem::not_found("part of this day"))?];
    }
    let only = which.map_or_else(String::new, |nth| format!("-part-{nth}"));
    let name = format!("{}-{day}{only}.ndjson", content.word());
    let reader = Token(bearer(request).unwrap_or_default().to_owned());
    Taking::new(state, reader, day, parts).answer(place, &name).await
}

/// Who asks with this token.
struct Token(String);

impl Reader for Token {
    type Error = Problem;

    async fn scope(&self, state: &State) -> Result<CustomerScope, Problem> {
        of_customer_by_now(state, &self.0, Right::ReadArchive).await
    }
}
