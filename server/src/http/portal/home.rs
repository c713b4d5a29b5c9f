//! `GET /`: everybody's own first page.

use actix_web::HttpResponse;

use super::local::see;
use super::visitor::Visitor;
use crate::identity::CallerScope;

/// To the devices, or to the administrator's first page.
pub(super) async fn get(visitor: Visitor) -> HttpResponse {
    see(first_page(visitor.scope()))
}

/// Where a person begins.
pub(super) fn first_page(scope: &CallerScope) -> &'static str {
    match scope {
        CallerScope::Admin(_) => "/admin",
        CallerScope::Finance(_) => "/customers",
        CallerScope::Distributor(_) => "/portfolio",
        CallerScope::Customer(_) => "/home",
    }
}
