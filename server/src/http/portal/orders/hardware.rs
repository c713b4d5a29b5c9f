//! `GET /orders/hardware.csv?month=2026-11`: what came into stock in a month, and what went back.

use actix_web::{HttpResponse, web};
use chrono::{Months, NaiveDate};
use serde::Deserialize;

use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::imports::template::file;
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::orders::{self, Period};
use crate::tenancy::Scope as _;

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    /// `2026-11`; this month, where nothing is said.
    #[serde(default)]
    month: String,
}

/// The lines of a month, in UTC, as a file.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let month = match asked.month.as_str() {
        "" => state.ground().now().format("%Y-%m").to_string(),
        month => month.to_owned(),
    };
    let from = format!("{month}-01").parse::<NaiveDate>();
    let from = from.map_err(|_| PageError::bad_request())?;
    let until = from
        .checked_add_months(Months::new(1))
        .ok_or_else(PageError::bad_request)?;
    let period = Period::new(from, until)?;
    let lines = in_scope!(visitor.caller(), scope => {
        scope
            .run(state.database(), async |tx| orders::hardware_lines(tx, period, None).await)
            .await
    })?;
    let name = format!("hardware-{}.csv", from.format("%Y-%m"));
    Ok(file(&name, orders::hardware_csv(&lines)))
}
