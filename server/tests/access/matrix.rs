//! The matrix: every route of the table × every caller × an id of their own, of another site and a foreign one.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use vitalwire_server::ground::enums::UserRole;
use vitalwire_server::http::access::{Route, Who, routes};
use vitalwire_server::tenancy::Right;

use crate::aim::{Aim, WAITS};
use crate::callers::{Answer, Caller, Sees, confined, everybody};
use crate::confined::elsewhere;
use crate::rewind::Rewind;
use crate::world::{PASSWORD, World};

/// Whose id it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// The route has none, or it is the caller's own.
    Own,
    /// Their own customer's, at another of its sites.
    Elsewhere,
    /// Somebody else's, or for who sees everybody: nobody's.
    Foreign,
}

/// What the table says that somebody gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    /// To be asked who they are.
    SignIn,
    /// No.
    Forbidden,
    /// There is no such thing.
    NotFound,
    /// An answer.
    Answer,
}

/// What only a hub makes, and what takes a proof that these callers do not hold: there is none, to their own people too.
const NONE_YET: [&str; 4] = [
    "/api/v1/hubs/{id}/logs/{log}",
    "/hubs/{id}/logs/{log}",
    "/api/v1/devices/adopt",
    "/api/v1/devices/adopt/reading",
];

/// What brings a device to where its person sees it, which is nowhere for who is confined to no site. An organisation that
/// tries it often waits, whoever of its people tried.
const ADOPTS: [&str; 3] = [
    "/api/v1/devices/adopt",
    "/api/v1/devices/adopt/reading",
    "/devices/adopt",
];

/// Ends the session of the caller, who is needed for the next routes.
const LAST: (&str, &str) = ("POST", "/logout");

#[tokio::test]
async fn every_route_answers_everybody_as_the_table_says() {
    let world = World::new().await;
    let admin = world.admin().await;
    let own = Aim::new(&world, &admin, "own").await;
    let foreign = Aim::new(&world, &admin, "foreign").await;
    let nowhere = Aim::nowhere(&world);
    let elsewhere = elsewhere(&world, &own).await;
    let mut callers = everybody(&world, own.distributor, own.customer).await;
    callers.extend(confined(&world, own.customer, own.id("sites", None)).await);
    let mut wrong: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let as_it_was = Rewind::to_now(&world.sql).await;
    let mut asked = 0;
    let (last, first): (Vec<&Route>, Vec<&Route>) =
        routes().partition(|route| (route.method, route.path) == LAST);
    for route in first.into_iter().chain(last) {
        let Who::Person(right) = route.who else { continue };
        for caller in &callers {
            for whose in [Whose::Own, Whose::Elsewhere, Whose::Foreign] {
                let is_another = match whose {
                    Whose::Own => true,
                    Whose::Elsewhere => stands(route) && caller.role == Some(UserRole::Customer),
                    Whose::Foreign => route.path.contains("{id}") || route.path.contains("{day}"),
                };
                if !is_another {
                    continue;
                }
                let aim = match (whose, caller.role) {
                    (Whose::Own, _) => &own,
                    (Whose::Elsewhere, _) => &elsewhere,
                    (Whose::Foreign, Some(UserRole::Admin | UserRole::Finance)) => &nowhere,
                    (Whose::Foreign, _) => &foreign,
                };
                let answer = ask(route, caller, aim, (asked, "blood_pressure")).await;
                let expected = expected(route, right, caller, whose);
                let tried_often = answer.status == 429 && ADOPTS.contains(&route.path) && caller.may(right);
                if !tried_often && !is_as_expected(route, expected, &answer) {
                    let said: String = answer.text.chars().take(160).collect();
                    let what = format!(
                        "{} {} with {whose:?} id: {expected:?} was expected, it was {} {}",
                        route.method,
                        route.path,
                        answer.status,
                        said.split("urn:uuid").next().unwrap_or_default(),
                    );
                    wrong.entry(what).or_default().push(&caller.name);
                }
                asked += 1;
                if route.method != "GET" && answer.status < 400 {
                    as_it_was.rewind().await;
                }
            }
        }
    }
    let wrong: Vec<String> = wrong
        .iter()
        .map(|(what, who)| format!("{what}\n      as {}", who.join(", ")))
        .collect();
    println!(
        "{asked} triples of route, caller and id were asked; not as the table says: {}",
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether it is about something that stands at a site, or is one. Which device a case is about stands in the body.
fn stands(route: &Route) -> bool {
    let names_a_device = (route.method, route.path) == ("POST", "/api/v1/cases");
    names_a_device
        || ["devices", "hubs", "readings", "sites", "care-teams", "cases"]
            .iter()
            .any(|noun| route.path.contains(&format!("/{noun}/{{id}}")))
}

/// What the table says, read from it as a person would.
fn expected(route: &Route, right: Right, caller: &Caller, whose: Whose) -> Expected {
    let is_seen = match (whose, caller.sees) {
        (Whose::Foreign, _) => false,
        (_, Sees::Whole) | (Whose::Own, Sees::OneSite) => true,
        (_, Sees::OneSite | Sees::Nothing) => !stands(route),
    };
    let lands_nowhere =
        caller.sees == Sees::Nothing && route.method == "POST" && ADOPTS.contains(&route.path);
    match caller.role {
        None => Expected::SignIn,
        Some(_) if !caller.may(right) || lands_nowhere => Expected::Forbidden,
        Some(_) if !is_seen => Expected::NotFound,
        Some(_) => Expected::Answer,
    }
}

fn is_as_expected(route: &Route, expected: Expected, answer: &Answer) -> bool {
    let is_page = !route.path.starts_with("/api/");
    match expected {
        Expected::SignIn if is_page => answer.status == 303 && answer.location.starts_with("/login"),
        Expected::SignIn => answer.status == 401,
        Expected::Forbidden => answer.status == 403,
        Expected::NotFound => answer.status == 404,
        Expected::Answer => match answer.status {
            300..=399 => !answer.location.starts_with("/login") || route.path == "/logout",
            // Done, or: the thing is theirs, but not in a state, or the request not of a shape, for that.
            200..=299 | 409 | 422 => true,
            404 => NONE_YET.contains(&route.path),
            _ => false,
        },
    }
}

/// Asks for it, with a number that makes what is new different from what there is, and a kind of readings.
pub(crate) async fn ask(route: &Route, caller: &Caller, aim: &Aim, (number, kind): (usize, &str)) -> Answer {
    let mut path = aim.path(&route.path.replace("{kind}", kind), caller.role);
    if path.ends_with("/search") {
        path.push_str("?q=acme");
    }
    if (route.method, route.path) == ("GET", "/sources/{id}/adopt") {
        path.push_str("?named=");
        path.push_str(&WAITS.replace(' ', "+"));
    }
    if path.ends_with("/hardware-lines") {
        path.push_str("?from=2026-01-01&until=2026-02-01");
    }
    if path.ends_with("/readings/series") {
        path.push_str("?kind=");
        path.push_str(kind);
    }
    if route.path.starts_with("/api/") {
        let body = body(route, caller, aim, number);
        return caller.call(route.method, &path, &body).await;
    }
    let form = [
        ("fingerprint", "ab:cd".to_owned()),
        ("url", "https://example.org/hook".to_owned()),
        ("name", format!("Name {number}")),
        ("email", format!("form{number}@caller.example")),
        ("state", "active".to_owned()),
        ("pressure", "kPa".to_owned()),
        ("mass", "lb".to_owned()),
        ("glucose", "mmol/L".to_owned()),
        ("temperature", "Cel".to_owned()),
        ("look", "dark".to_owned()),
        ("present", "not the present one".to_owned()),
        ("password", "one of the two".to_owned()),
        ("again", "the other of the two".to_owned()),
        ("title", "Nothing arrives".to_owned()),
        ("text", "Since Tuesday.".to_owned()),
        ("token", "0192f0c1-2d3e-7a4b-8c5d-6e7f8091a2b3".to_owned()),
        ("sees", "all".to_owned()),
        ("carrier", "UPS".to_owned()),
        ("serials", "S".to_owned()),
        ("reason", "faulty".to_owned()),
    ];
    let of_source = [
        ("vendor", "tenovi".to_owned()),
        ("named", WAITS.to_owned()),
        ("serial", format!("F{number}")),
        ("model", aim.id("device-models", caller.role).to_owned()),
        ("device", aim.id("devices", caller.role).to_owned()),
    ];
    let is_of_source = route.path.starts_with("/sources");
    let form: Vec<_> = form
        .into_iter()
        .chain(of_source.into_iter().filter(|_| is_of_source))
        .collect();
    caller.browse(route.method, &path, &form).await
}

/// What the operation takes, so that nothing but the caller decides.
fn body(route: &Route, caller: &Caller, aim: &Aim, number: usize) -> Value {
    let id = |noun| aim.id(noun, caller.role).to_owned();
    let path = route.path.strip_prefix("/api/v1").unwrap_or(route.path);
    match (route.method, path) {
        ("POST", "/sites" | "/care-teams") | ("PATCH", "/sites/{id}" | "/care-teams/{id}") => {
            json!({"name": format!("Name {number}")})
        }
        ("POST", "/sites/{id}/devices") => json!({"devices": [id("devices")]}),
        ("POST", "/sites/{id}/hubs") => json!({"hub_id": id("hubs")}),
        ("POST", "/customers" | "/distributors") => json!({"name": format!("New {number}")}),
        ("POST", "/users" | "/invitations") => {
            let mut user = json!({"email": format!("new{number}@caller.example"), "name": "New",
                "role": caller.role.map_or("customer", UserRole::as_str), "permissions": []});
            if path == "/users" {
                user["password"] = json!(PASSWORD);
            }
            match caller.role {
                Some(UserRole::Distributor) => user["distributor_id"] = json!(id("distributors")),
                Some(UserRole::Customer) => user["customer_id"] = json!(id("customers")),
                _ => {}
            }
            user
        }
        ("PATCH", "/users/{id}") => json!({"state": "active"}),
        ("POST", "/quarantine/dismiss") => json!({"items": [], "reason": "a test"}),
        ("POST", "/cases") => json!({"device_id": id("devices"), "title": "Nothing arrives"}),
        ("PATCH", "/cases/{id}") => json!({"state": "waiting"}),
        ("POST", "/cases/{id}/notes") => json!({"text": "Since Tuesday."}),
        ("POST", "/orders") => json!({"lines": [{"quantity": 1}], "delivery":
            {"name": "Here", "street": "1 Main Street", "city": "New York", "country": "US"}}),
        ("POST", "/orders/{id}/ship" | "/returns/{id}/send") => json!({"carrier": "UPS"}),
        ("POST", "/orders/{id}/found") => json!({"serials": ["S"]}),
        ("POST", "/orders/{id}/write-off") => json!({"serials": ["S"], "became": "lost", "replace": true}),
        ("POST", "/orders/{id}/notes" | "/returns/{id}/notes") => json!({"text": "When?"}),
        ("POST", "/returns") => json!({"reason": "faulty", "serials": ["S"]}),
        ("POST", "/returns/{id}/decline") => json!({"reason": "no"}),
        ("POST", "/device-models") => {
            json!({"maker": "M", "name": format!("N{number}"), "kinds": ["weight"], "transport": "mqtt"})
        }
        ("POST", "/devices") => {
            json!({"maker": "M", "serial": format!("S{number}"), "model_id": id("device-models")})
        }
        ("PATCH", "/devices/{id}" | "/hubs/{id}") => json!({"state": "inactive"}),
        ("POST", "/hubs") => {
            json!({"serial": format!("H{number}"), "name": "H", "customer_id": id("customers")})
        }
        ("POST", "/hubs/{id}/confirm") => json!({"fingerprint": "aa"}),
        ("POST", "/endpoints") => json!({"url": "https://a.example/hook"}),
        ("PATCH", "/endpoints/{id}") => json!({"url": "https://b.example/"}),
        ("POST", "/endpoints/{id}/dead-letters/retry") => json!({"all": true}),
        ("POST", "/customers/{id}/contacts" | "/distributors/{id}/contacts" | "/organisation/contacts") => {
            json!({"purpose": "general", "name": "Pat", "phone": "+1 555 0100"})
        }
        ("POST", "/devices/{id}/allocate" | "/hubs/{id}/allocate") => {
            json!({"distributor_id": id("distributors")})
        }
        ("POST", "/devices/{id}/assignments" | "/devices/{id}/place" | "/hubs/{id}/place") => {
            json!({"customer_id": id("customers")})
        }
        ("POST", "/devices/{id}/replace") => json!({"with_device_id": id("devices"), "reason": "it broke"}),
        ("POST", "/hubs/{id}/commands") => json!({"kind": "ping"}),
        ("POST", "/devices/adopt") => json!({"maker": "Acme", "serial": "S", "code": "AAAA-BBBB-CC"}),
        ("POST", "/devices/adopt/ask") => json!({"maker": "Acme", "serial": "S"}),
        ("POST", "/devices/adopt/reading") => {
            json!({"maker": "Acme", "serial": "S", "model_id": id("device-models"), "ticket": "t"})
        }
        ("POST", "/sources") => json!({"vendor": "tenovi", "name": format!("Cloud {number}")}),
        ("PATCH", "/sources/{id}") => json!({"name": format!("Cloud {number}")}),
        ("POST", "/sources/{id}/devices") => {
            json!({"device_id": id("devices"), "named": format!("n{number}")})
        }
        ("POST", "/sources/{id}/adopt") => {
            json!({"named": WAITS, "model_id": id("device-models"), "serial": format!("A{number}")})
        }
        ("POST", "/imports") => json!("maker,serial,model\nAcme,S1,Cuff\n"),
        ("POST" | "PATCH", _) => json!({}),
        _ => Value::Null,
    }
}
