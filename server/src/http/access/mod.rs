//! Every route of the platform and who may use it. The extractors of [`super::auth`] look a request's row up before its
//! handler runs; a route without a row lets nobody in. What of the things behind it a person sees, their scope decides.

mod api;
mod portal;

use std::collections::HashMap;
use std::sync::LazyLock;

use actix_web::HttpRequest;

use crate::identity::Caller;
use crate::tenancy::{Denied, Right};

/// One route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// `GET`, `POST`, `PATCH` or `DELETE`.
    pub method: &'static str,
    /// Its pattern, with `{id}` for ids.
    pub path: &'static str,
    /// Who may use it.
    pub who: Who,
}

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Anybody, signed in or not.
    Anybody,
    /// A device with its token.
    Device,
    /// A hub with its key, or with a claim code.
    Hub,
    /// A vendor's cloud with its secret.
    Source,
    /// A person who has this right.
    Person(Right),
}

/// Why a request goes no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The person may not do that.
    Denied(Denied),
    /// The route has no row, or is not for people: a mistake of ours.
    NoRow,
}

/// What devices, hubs and machines use.
const INTAKE: &[Route] = &[
    row("GET", "/healthz", Who::Anybody),
    row("HEAD", "/healthz", Who::Anybody),
    row("POST", "/v1/telemetry", Who::Device),
    row("POST", "/v1/sources/{vendor}/{id}", Who::Source),
    row("POST", "/v1/hubs/claim", Who::Hub),
    row("POST", "/v1/hubs/telemetry", Who::Hub),
    row("POST", "/v1/hubs/heartbeat", Who::Hub),
    row("POST", "/v1/hubs/commands/{id}", Who::Hub),
    row("GET", "/v1/hubs/me", Who::Hub),
];

/// Every route there is.
pub fn routes() -> impl Iterator<Item = &'static Route> {
    INTAKE.iter().chain(api::ROUTES).chain(portal::ROUTES)
}

/// Whether the caller may use the route of this request.
pub fn check(request: &HttpRequest, caller: &Caller) -> Result<(), Refusal> {
    let pattern = request.match_pattern();
    match pattern.and_then(|pattern| who_may(request.method().as_str(), &pattern)) {
        Some(Who::Anybody) => Ok(()),
        Some(Who::Person(right)) => caller.check(right).map_err(Refusal::Denied),
        Some(Who::Device | Who::Hub | Who::Source) | None => {
            tracing::error!(method = %request.method(), "a route of people has no row in the table of rights");
            Err(Refusal::NoRow)
        }
    }
}

fn who_may(method: &str, path: &str) -> Option<Who> {
    static TABLE: LazyLock<HashMap<(&str, &str), Who>> = LazyLock::new(|| {
        routes()
            .map(|route| ((route.method, route.path), route.who))
            .collect()
    });
    TABLE.get(&(method, path)).copied()
}

/// Whether people can open this path as a page. Where several patterns fit, the one with the most words of its own is meant:
/// `/customers/7/contacts/remove` takes a form and is no page of a contact.
pub fn is_page(path: &str) -> bool {
    let fitting = || portal::ROUTES.iter().filter(|route| fits(route.path, path));
    let Some(words) = fitting().map(|route| own_words(route.path)).max() else {
        return false;
    };
    let mut meant = fitting().filter(|route| own_words(route.path) == words);
    meant.any(|route| route.method == "GET" && matches!(route.who, Who::Person(_)))
}

fn is_blank(part: &str) -> bool {
    part.starts_with('{') && part.ends_with('}')
}

/// Whether the path is one of the pattern's.
fn fits(pattern: &str, path: &str) -> bool {
    let mut pairs = pattern.split('/').zip(path.split('/'));
    pairs.all(|(part, asked)| part == asked || is_blank(part) && !asked.is_empty())
        && pattern.matches('/').count() == path.matches('/').count()
}

/// Parts of a pattern that stand for themselves.
fn own_words(pattern: &str) -> usize {
    pattern.split('/').filter(|part| !is_blank(part)).count()
}

const fn row(method: &'static str, path: &'static str, who: Who) -> Route {
    Route { method, path, who }
}

const fn get(path: &'static str, right: Right) -> Route {
    row("GET", path, Who::Person(right))
}

const fn post(path: &'static str, right: Right) -> Route {
    row("POST", path, Who::Person(right))
}

const fn patch(path: &'static str, right: Right) -> Route {
    row("PATCH", path, Who::Person(right))
}

const fn delete(path: &'static str, right: Right) -> Route {
    row("DELETE", path, Who::Person(right))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_route_has_two_rows() {
        let mut seen = HashSet::new();
        for route in routes() {
            assert!(seen.insert((route.method, route.path)), "{route:?}");
        }
    }

    /// A path of the pattern.
    fn example(pattern: &str) -> String {
        let part = |part| if is_blank(part) { "7" } else { part };
        pattern.split('/').map(part).collect::<Vec<_>>().join("/")
    }

    #[test]
    fn what_takes_a_form_alone_is_no_page() {
        let mut also_fit_a_page = Vec::new();
        for route in portal::ROUTES
            .iter()
            .filter(|route| matches!(route.who, Who::Person(_)))
        {
            let path = example(route.path);
            let is_asked_for = who_may("GET", route.path).is_some();
            assert_eq!(is_page(&path), is_asked_for, "{route:?}");
            let mut gets = portal::ROUTES.iter().filter(|other| other.method == "GET");
            if !is_asked_for && gets.any(|other| fits(other.path, &path)) {
                also_fit_a_page.push(route.path);
            }
        }
        assert_eq!(
            also_fit_a_page,
            [
                "/organization/contacts/remove",
                "/distributors/{id}/contacts/remove",
                "/customers/{id}/contacts/remove"
            ]
        );
    }

    #[test]
    fn what_has_no_row_is_nobody_s() {
        assert_eq!(who_may("POST", "/v1/telemetry"), Some(Who::Device));
        assert_eq!(who_may("GET", "/devices"), Some(Who::Person(Right::SeeDevices)));
        assert_eq!(who_may("POST", "/devices/{id}/explode"), None);
    }
}
