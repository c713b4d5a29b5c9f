//! `GET /admin/devices`.

use actix_web::{HttpResponse, web};

use crate::http::State;
use crate::http::portal::devices::list::Asked;
use crate::http::portal::devices::metadata::page;
use crate::http::portal::error::PageError;
use crate::http::portal::visitor::Visitor;

/// All devices, without a value.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    page(&state, &visitor, visitor.admin()?, &asked, "/admin/devices").await
}
