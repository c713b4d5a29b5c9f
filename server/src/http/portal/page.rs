//! A rendered page on its way out.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use askama::Template;

use super::error::PageError;

/// A page. Nobody but its reader keeps it: it may hold measured values.
pub(super) fn html(page: &impl Template) -> Result<HttpResponse, PageError> {
    html_with(StatusCode::OK, page)
}

/// A page that asks to come back in so many seconds.
pub(super) fn too_many(seconds: u64, page: &impl Template) -> Result<HttpResponse, PageError> {
    let mut response = html_with(StatusCode::TOO_MANY_REQUESTS, page)?;
    response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    Ok(response)
}

/// A page with another status.
pub(super) fn html_with(status: StatusCode, page: &impl Template) -> Result<HttpResponse, PageError> {
    let body = page.render().map_err(|error| PageError::internal(&error))?;
    Ok(HttpResponse::build(status)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("text/html; charset=utf-8")
        .body(body))
}
