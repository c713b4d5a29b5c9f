//! `GET /style`: every part in all its states, in development only.

use actix_web::HttpResponse;

use super::error::PageError;

/// The page with made-up content; a release does not have it.
pub(super) async fn get() -> Result<HttpResponse, PageError> {
    #[cfg(debug_assertions)]
    return super::page::html(&web_templates::samples::registry::style());
    #[cfg(not(debug_assertions))]
    Err(PageError::not_found())
}
