//! `GET /api/v1/devices/{id}/readings`: page by page as JSON, or all of them as one CSV file.

#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of the query with its path"
)]

use actix_web::http::header::Header as _;
use actix_web::http::header::{self};
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::ground::enums;
use crate::ground::ids::{DeviceId, ReadingId};
use crate::history::store::page::Before;
use crate::history::store::readings::{self, Order, Wanted};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::{ListOut, place};
use crate::http::api::readings::Out;
use crate::http::api::readings::asked::{Asked, Sent};
use crate::http::api::readings::file::{self, Wish};
use crate::http::auth::{ApiCustomer, bearer};
use crate::http::problem::Problem;
use crate::registry::{Ask, Page, given_back};
use crate::tenancy::Scope as _;

/// Rows of a page where nothing is said, and at most.
const USUAL: u16 = 50;
const MOST: u16 = 1_000;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Those of one kind.
    #[param(value_type = Option<enums::Kind>)]
    kind: Option<String>,
    /// Those measured at this time or later (`measured_at`).
    #[param(value_type = Option<DateTime<Utc>>)]
    from: Option<String>,
    /// Those measured before this time.
    #[param(value_type = Option<DateTime<Utc>>)]
    until: Option<String>,
    /// Those that carry none of these quality flags, with commas between them.
    #[param(example = "test,clock_suspect")]
    without: Option<String>,
    /// Those that stand (`final`), or those that were taken back; both where nothing is said.
    #[param(value_type = Option<enums::ReadingStatus>)]
    status: Option<String>,
    /// `newest` first, which is usual, or `oldest` first.
    #[param(example = "oldest")]
    order: Option<String>,
    /// `json`, or `csv` for one file with all of them; where nothing is said, `Accept` decides.
    #[param(example = "csv")]
    format: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Rows of a page at most; 50 where nothing is said.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 1000)]
    limit: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Csv,
}

/// List a device's readings, newest first
///
/// Those that the device measured while the customer held it: page by page, or as one CSV file (`Accept: text/csv`, or
/// `format=csv`), which is read as it is taken and breaks off where it cannot be whole.
#[utoipa::path(get, path = "/devices/{id}/readings", tag = "readings", security(("token" = [])),
    params(("id" = DeviceId, Path), ListQuery),
    responses((status = 200, content((ListOut<Out> = "application/json"), (String = "text/csv"))), Refused))]
#[get("/devices/{id}/readings")]
pub(super) async fn list(
    state: web::Data<State>,
    customer: ApiCustomer,
    request: HttpRequest,
    id: web::Path<DeviceId>,
    query: web::Query<ListQuery>,
) -> Result<HttpResponse, Problem> {
    let (wanted, order, format, ask) = query.into_inner().read(&request)?;
    let id = id.into_inner();
    given_back::had(state.database(), &customer.scope, id).await?;
    if format == Format::Csv {
        let token = bearer(&request).unwrap_or_default().to_owned();
        let wish = Wish {
            device: id,
            wanted,
            order,
        };
        return file::answer(state, customer, token, wish).await;
    }
    let behind = ask.after.map(|(measured_at, id)| Before { measured_at, id });
    let work = async |tx: &_| -> Result<_, Problem> {
        Ok(readings::readings(tx, id, &wanted, order, behind, ask.rows()).await?)
    };
    let rows = customer.scope.run(state.database(), work).await?;
    let page = Page::of(rows, &ask, |row| (row.measured_at, row.id));
    Ok(HttpResponse::Ok().json(ListOut::of(page, Out::from)))
}

/// After which reading a page goes on.
type Key = (DateTime<Utc>, ReadingId);

impl ListQuery {
    fn read(self, request: &HttpRequest) -> Result<(Wanted, Order, Format, Ask<Key>), Problem> {
        let mut asked = Asked::default();
        let sent = Sent {
            kind: self.kind.as_deref(),
            from: self.from.as_deref(),
            until: self.until.as_deref(),
            without: self.without.as_deref(),
            status: self.status.as_deref(),
        };
        let wanted = sent.wanted(&mut asked);
        let order = asked.read(
            "order",
            self.order.as_deref(),
            "must be newest or oldest",
            |text| match text {
                "newest" => Some(Order::Newest),
                "oldest" => Some(Order::Oldest),
                _ => None,
            },
        );
        let format = asked.read(
            "format",
            self.format.as_deref(),
            "must be json or csv",
            |text| match text {
                "json" => Some(Format::Json),
                "csv" => Some(Format::Csv),
                _ => None,
            },
        );
        let format = format.unwrap_or_else(|| accepted(request));
        let limit = asked.number("limit", self.limit.as_deref(), (1, MOST));
        if format == Format::Csv {
            for (field, is_said) in [("limit", self.limit.is_some()), ("after", self.after.is_some())] {
                if is_said {
                    asked.refuse(field, "a file holds all of them: leave it out".to_owned());
                }
            }
        }
        asked.done()?;
        let ask = Ask {
            after: place(self.after.as_deref())?,
            limit: limit.unwrap_or(USUAL),
        };
        Ok((wanted, order.unwrap_or_default(), format, ask))
    }
}

/// What the caller would rather have. Whoever wants neither is given JSON, as everywhere.
fn accepted(request: &HttpRequest) -> Format {
    let Ok(accept) = header::Accept::parse(request) else {
        return Format::Json;
    };
    let wanted = accept
        .ranked()
        .into_iter()
        .find_map(|range| match range.essence_str() {
            "text/csv" | "text/*" => Some(Format::Csv),
            "application/json" | "application/*" | "*/*" => Some(Format::Json),
            _ => None,
        });
    wanted.unwrap_or(Format::Json)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::nothing_said("", Format::Json)]
    #[case::a_program("*/*", Format::Json)]
    #[case::a_file("text/csv", Format::Csv)]
    #[case::a_file_of_a_kind("text/csv; charset=utf-8", Format::Csv)]
    #[case::rather_json("text/csv;q=0.5, application/json", Format::Json)]
    #[case::rather_a_file("application/json;q=0.5, text/csv", Format::Csv)]
    #[case::a_browser(
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        Format::Json
    )]
    #[case::something_else("image/png", Format::Json)]
    fn the_caller_says_what_they_would_rather_have(#[case] accept: &str, #[case] format: Format) {
        let request = TestRequest::get().insert_header(("accept", accept));
        assert_eq!(accepted(&request.to_http_request()), format, "{accept}");
    }
}
