//! `GET /imports/template`: a file to begin with.

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::registry::imports::{self, Whose};

/// The columns that this person may bring, with a line as an example.
pub(super) async fn get(_: web::Data<State>, visitor: Visitor) -> Result<HttpResponse, PageError> {
    let whose = in_scope!(visitor.caller(), scope => Whose::of(scope))?;
    Ok(file("devices.csv", imports::template(whose)))
}

/// A CSV file to keep.
pub(in crate::http::portal) fn file(name: &str, text: String) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ))
        .content_type("text/csv; charset=utf-8")
        .body(text)
}
