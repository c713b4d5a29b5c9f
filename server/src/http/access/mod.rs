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
        Some(Who::Device | Who::Hub) | None => {
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

/// Whether people can open this path as a page.
pub fn is_page(path: &str) -> bool {
    let is_of = |pattern: &str| {
        let (mut parts, mut asked) = (pattern.split('/'), path.split('/'));
        parts.by_ref().zip(asked.by_ref()).all(|(part, asked)| {
            part == asked || part.starts_with('{') && part.ends_with('}') && !asked.is_empty()
        }) && pattern.matches('/').count() == path.matches('/').count()
    };
    let mut pages = portal::ROUTES.iter().filter(|route| route.method == "GET");
    pages.any(|route| matches!(route.who, Who::Person(_)) && is_of(route.path))
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

    #[test]
    fn what_has_no_row_is_nobody_s() {
        assert_eq!(who_may("POST", "/v1/telemetry"), Some(Who::Device));
        assert_eq!(who_may("GET", "/devices"), Some(Who::Person(Right::SeeDevices)));
        assert_eq!(who_may("POST", "/devices/{id}/explode"), None);
    }
}
