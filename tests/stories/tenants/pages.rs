//! Every page, looked at and posted to as A with whatever is B's.

use std::path::Path;

use serde_json::json;
use vitalwire_tests::kinds::reading;
use vitalwire_tests::{Portal, World, id, now};

use super::{Tenant, Watch};

/// Which answers are right: a page that is not there, a page that is not for customers, or A's own.
const ABSENT: &[u16] = &[404];
const NOT_FOR_CUSTOMERS: &[u16] = &[403];
const A_S_OWN: &[u16] = &[200, 303];
/// Not there, not for A, not to be asked for like that, or a link in a mail that leads nowhere.
const FOREIGN: &[u16] = &[400, 403, 404, 405, 410];
/// A's own, or not for A, or there for forms alone.
const NAMELESS: &[u16] = &[200, 303, 400, 403, 404, 405];

pub(super) async fn every_page(portal: &Portal, a: &Tenant, b: &Tenant, watch: &Watch) {
    let routes = routes();
    assert!(routes.len() > 20, "{routes:?}");
    for route in &routes {
        for (method, path, allowed) in tries(route, b) {
            let fingerprint = b.hub.registration.fingerprint.as_str();
            let page = match method {
                "GET" => portal.get(&path).await,
                _ => {
                    portal
                        .post(&path, &[("fingerprint", fingerprint), ("url", a.receiver.url())])
                        .await
                }
            };
            let what = format!("{method} {path}");
            assert!(
                allowed.contains(&page.status),
                "{what}: {} {}",
                page.status,
                page.html
            );
            watch.check(&what, &page.everything());
        }
    }
    // So that an empty answer to everything would not pass.
    for (path, word) in [
        (format!("/devices/{}", a.device.id), &a.readings[0]),
        (format!("/readings/{}/trace", a.readings[1]), &a.readings[1]),
        ("/devices".to_owned(), &a.device.serial),
        ("/hubs".to_owned(), &a.hub.id),
        (format!("/hubs/{}", a.hub.id), &a.hub.registration.fingerprint),
    ] {
        let page = portal.get(&path).await;
        assert!(page.html.contains(word), "{path} without {word}: {}", page.html);
    }
}

/// The pages: by hand where there is a trick to try, the others by what holds of them all.
fn tries(route: &str, b: &Tenant) -> Vec<(&'static str, String, &'static [u16])> {
    let id = match route.split('/').nth(1).unwrap() {
        "devices" => &b.device.id,
        "readings" => &b.readings[0],
        "hubs" => &b.hub.id,
        "endpoint" => &b.delivery,
        "users" => &b.customer.user_id,
        _ => &b.customer.id,
    };
    let path = route.replace("{id}", id).replace("{kind}", "weight");
    match route {
        "/assets/{file}" | "/favicon.svg" | "/logout" => Vec::new(),
        "/" | "/login" | "/endpoint" => vec![("GET", path, A_S_OWN)],
        "/devices" | "/hubs" => vec![
            ("GET", path.clone(), A_S_OWN),
            ("GET", format!("{path}?q=B-scale"), A_S_OWN),
        ],
        "/devices/{id}" => vec![
            ("GET", path.clone(), ABSENT),
            ("GET", format!("{path}?kind=weight&range=24h"), ABSENT),
        ],
        "/devices/{id}/readings.csv"
        | "/devices/{id}/live"
        | "/devices/{id}/{kind}/live"
        | "/readings/{id}/trace" => vec![("GET", path, ABSENT)],
        "/hubs/{id}/claim-code" | "/hubs/{id}/confirm" | "/endpoint/dead-letters/{id}/retry" => {
            vec![("POST", path, ABSENT)]
        }
        // They act on the first endpoint of whoever is signed in, and name none.
        "/endpoint/test" | "/endpoint/rotate-secret" | "/endpoint/dead-letters/retry-all" => {
            vec![("POST", path, A_S_OWN)]
        }
        "/admin/quarantine/dismiss" => vec![("POST", path, NOT_FOR_CUSTOMERS)],
        admin if admin.starts_with("/admin") => vec![("GET", path, NOT_FOR_CUSTOMERS)],
        // Whatever is B's is not there, whichever way it is asked for; what is aimed at nothing shows A's own.
        other if other.contains('{') => {
            let path = path.replace("{log}", &b.hub.id).replace("{token}", &b.hub.id);
            vec![("GET", path.clone(), FOREIGN), ("POST", path, FOREIGN)]
        }
        _ => vec![("GET", path, NAMELESS)],
    }
}

/// The portal's routes as its source declares them, because nothing at run time lists them.
fn routes() -> Vec<String> {
    let mut routes = Vec::new();
    collect(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/src/http/portal"),
        &mut routes,
    );
    routes.sort();
    routes
}

fn collect(folder: &Path, routes: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder)
        .expect("the portal's source is there")
        .flatten()
    {
        if entry.path().is_dir() {
            collect(&entry.path(), routes);
            continue;
        }
        let source = std::fs::read_to_string(entry.path()).unwrap();
        for call in [".route(", "web::resource("] {
            for rest in source.split(call).skip(1) {
                if let Some(literal) = rest.trim_start().strip_prefix('"') {
                    routes.push(literal.split('"').next().unwrap().to_owned());
                }
            }
        }
    }
}

/// Both customers' readings arrive while A watches.
pub(super) async fn a_live_page_shows_its_own_customer_alone(
    world: &World,
    portal: &Portal,
    a: &Tenant,
    b: &Tenant,
) {
    let mut live = portal.follow(&format!("/devices/{}/live", a.device.id)).await;
    assert_eq!(live.status(), 200);
    let send = async |tenant: &Tenant, kilograms: f64| {
        let mut weight = reading(&tenant.device.serial, "weight", now());
        weight["values"] = json!({"weight": kilograms});
        id(&tenant.device.client.post("/v1/telemetry", &weight).await.ok())
    };
    let foreign = send(b, 288.0).await;
    b.receiver.wait_for_reading(&foreign).await;
    let own = send(a, 73.75).await;
    let mut seen = String::new();
    while !seen.contains(&own) {
        let piece = tokio::time::timeout(std::time::Duration::from_secs(30), live.chunk()).await;
        let piece = piece
            .unwrap_or_else(|_| panic!("the live page stays silent: {seen}"))
            .unwrap();
        seen.push_str(&String::from_utf8_lossy(&piece.expect("the stream goes on")));
    }
    let mut owner = world.server.owner().await;
    let words = super::database::everything_that_names(&mut owner, &b.customer.id).await;
    Watch { words }.check("A's live page", &seen);
    // Nothing of B's may still be under way when its rows are compared.
    a.receiver.wait_for_reading(&own).await;
    settled(world, &b.customer.id).await;
}

/// Until every attempt of B's is written down, and that its hub was heard.
async fn settled(world: &World, customer: &str) {
    let mut owner = world.server.owner().await;
    for _ in 0..500 {
        let open: i64 = sqlx::query_scalar(
            "select (select count(*) from delivery where customer_id = $1::uuid and state = 'due')
               + (select count(*) from outbox where customer_id = $1::uuid)
               + (select count(*) from event where customer_id = $1::uuid and delivery_state = 'waiting')
               + (select count(*) from hub where customer_id = $1::uuid and state = 'active' and last_seen_at is null)",
        )
        .bind(customer)
        .fetch_one(&mut owner)
        .await
        .unwrap();
        if open == 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("B's deliveries do not settle");
}
