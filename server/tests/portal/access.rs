//! Who may open what: every route of the portal's source, as every sort of caller. A route without a row here fails.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use chrono::TimeDelta;
use vitalwire_server::ground::ids::CustomerId;
use vitalwire_server::identity::Organisation;
use vitalwire_server::tenancy::Permission;

use crate::browser::Browser;
use crate::world::World;

/// A method, a path, and the status for nobody, for a customer's user with every permission, for one with none that
/// matters here, for a distributor's user, for an administrator. `{id}`s are the customer's own.
type Row = (&'static str, &'static str, [u16; 5]);

const ROWS: &[Row] = &[
    ("GET", "/", [303, 303, 303, 303, 303]),
    ("GET", "/assets/{file}", [404, 404, 404, 404, 404]),
    ("GET", "/favicon.svg", [200, 200, 200, 200, 200]),
    ("GET", "/login", [200, 303, 303, 303, 303]),
    ("GET", "/devices", [303, 200, 200, 200, 303]),
    ("GET", "/devices/{id}", [303, 200, 403, 403, 403]),
    ("GET", "/devices/{id}/series.json", [303, 200, 403, 403, 403]),
    (
        "GET",
        "/devices/{id}/{kind}/series.json",
        [303, 200, 403, 403, 403],
    ),
    ("GET", "/readings/{id}/trace", [303, 200, 403, 403, 403]),
    ("GET", "/endpoint", [303, 200, 403, 403, 403]),
    ("GET", "/hubs", [303, 200, 200, 403, 403]),
    ("GET", "/admin", [303, 403, 403, 403, 200]),
    ("GET", "/admin/devices", [303, 403, 403, 403, 200]),
    ("GET", "/admin/hubs", [303, 403, 403, 403, 200]),
    ("GET", "/admin/organisations", [303, 403, 403, 403, 200]),
    ("GET", "/admin/quarantine", [303, 403, 403, 403, 200]),
    ("GET", "/admin/refusals", [303, 403, 403, 403, 200]),
    // Everything is asked in this order, so that what is posted finds what the row before it made.
    ("POST", "/endpoint", [303, 201, 403, 403, 403]),
    ("POST", "/endpoint/test", [303, 303, 403, 403, 403]),
    ("POST", "/endpoint/rotate-secret", [303, 200, 403, 403, 403]),
    (
        "POST",
        "/endpoint/dead-letters/retry-all",
        [303, 303, 403, 403, 403],
    ),
    (
        "POST",
        "/endpoint/dead-letters/{id}/retry",
        [303, 404, 403, 403, 403],
    ),
    ("POST", "/hubs/{id}/confirm", [303, 409, 403, 403, 403]),
    ("POST", "/hubs/{id}/claim-code", [303, 200, 403, 403, 200]),
];

/// Asked elsewhere: streams that do not end (`live.rs`), and what begins or ends the session (`sign_in.rs`).
const ELSEWHERE: [(&str, &str); 4] = [
    ("GET", "/devices/{id}/live"),
    ("GET", "/devices/{id}/{kind}/live"),
    ("POST", "/login"),
    ("POST", "/logout"),
];

#[tokio::test]
async fn every_route_answers_every_caller_as_it_should() {
    let world = World::new().await;
    let customer = world.customer("Own").await;
    let reading = world.commit(&customer, &[(TimeDelta::seconds(5), 120, 80)]).await[0];
    let organisation = Organisation::Customer(CustomerId::from(customer.id));
    world
        .user("Bystander", organisation, Some(&[Permission::ManageUsers]))
        .await;
    world.distributor("Meridian").await;
    world.user("Root", Organisation::Platform, None).await;
    let callers = [
        world.browser(),
        world.signed_in("Own").await,
        world.signed_in("Bystander").await,
        world.signed_in("Meridian").await,
        world.signed_in("Root").await,
    ];
    for (method, route, expected) in ROWS {
        let id = match route.split('/').nth(1) {
            Some("readings") => reading,
            Some("hubs") => customer.hub,
            _ => customer.device,
        };
        let path = route
            .replace("{id}", &id.to_string())
            .replace("{kind}", "blood_pressure");
        let mut statuses = [0; 5];
        for (browser, status) in callers.iter().zip(&mut statuses) {
            *status = match *method {
                "GET" => browser.get(&path).await.status,
                _ => submit(browser, &path).await,
            };
        }
        assert_eq!(statuses, *expected, "{method} {route}");
    }
}

/// Posts with the token of the caller's first page, as far as there is a caller.
async fn submit(browser: &Browser, path: &str) -> u16 {
    let mut form = vec![("fingerprint", "ab:cd"), ("url", "https://example.org/hook")];
    let home = browser.get("/").await;
    let csrf = match browser.cookie {
        Some(_) => browser.get(home.location()).await.csrf(),
        None => String::new(),
    };
    form.push(("csrf", &csrf));
    browser.post(path, &form).await.status
}

#[test]
fn every_route_has_a_row() {
    let rows = ROWS.iter().map(|(method, route, _)| (*method, *route));
    let asked: BTreeSet<_> = rows
        .chain(ELSEWHERE)
        .map(|(method, route)| (method.to_owned(), route.to_owned()))
        .collect();
    let mut declared = BTreeSet::new();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/portal");
    collect(&source, &mut declared);
    assert!(declared.len() > 20, "{declared:?}");
    assert_eq!(asked, declared);
}

/// The routes as the source declares them, because nothing at run time lists them.
fn collect(folder: &Path, found: &mut BTreeSet<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            collect(&entry.path(), found);
            continue;
        }
        let source = fs::read_to_string(entry.path()).unwrap();
        // `.route("…", web::get().to(…))`, and `web::resource("…").get(…).post(…)`.
        for (call, methods) in [
            (".route(", [("GET", "web::get()"), ("POST", "web::post()")]),
            ("web::resource(", [("GET", ".get("), ("POST", ".post(")]),
        ] {
            for rest in source.split(call).skip(1) {
                let Some((path, rest)) = rest
                    .trim_start()
                    .strip_prefix('"')
                    .and_then(|rest| rest.split_once('"'))
                else {
                    continue;
                };
                let end = rest
                    .find(".route(")
                    .or_else(|| rest.find(".service("))
                    .unwrap_or(rest.len());
                let declaration = rest[..end].split('\n').take(3).collect::<String>();
                for (method, word) in methods {
                    if declaration.contains(word) {
                        found.insert((method.to_owned(), path.to_owned()));
                    }
                }
            }
        }
    }
}
