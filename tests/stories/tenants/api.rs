//! Every operation that the API describes, asked as A with whatever is B's.

use serde_json::{Value, json};
use vitalwire_tests::World;

use super::{Tenant, Watch};

/// What A tries with an operation, and what must come of it.
struct Try {
    path: String,
    body: Value,
    /// Which answers are right.
    allowed: &'static [u16],
}

const ABSENT: &[u16] = &[404];
/// Not for customers at all, whatever is named.
const NOT_FOR_CUSTOMERS: &[u16] = &[403];
const A_S_OWN: &[u16] = &[200];

pub(super) async fn every_operation(world: &World, a: &Tenant, b: &Tenant, watch: &Watch) {
    let described = world.anyone.get("/api/openapi.json").await.ok();
    let mut asked = 0;
    for (path, operations) in described["paths"].as_object().expect("paths") {
        for method in operations.as_object().unwrap().keys() {
            let method = method.to_uppercase();
            if !["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method.as_str()) {
                continue;
            }
            for attempt in tries(&method, path, b) {
                let answer = a.customer.user.call(&method, &attempt.path, &attempt.body).await;
                let what = format!("{method} {}", attempt.path);
                assert!(
                    attempt.allowed.contains(&answer.status),
                    "{what}: {} {}",
                    answer.status,
                    answer.text
                );
                watch.check(&what, &answer.everything());
                asked += 1;
            }
        }
    }
    assert!(asked > 40, "{asked}");
    own_lists_hold_own_things(a).await;
}

/// The operations: by hand where there is a trick to try, the others by what holds of them all. What each role gets from each
/// operation stands in the server's own tests of the table of rights.
fn tries(method: &str, path: &str, b: &Tenant) -> Vec<Try> {
    let id = match path
        .strip_prefix("/api/v1/")
        .unwrap_or_default()
        .split('/')
        .next()
        .unwrap()
    {
        "devices" => b.device.id.as_str(),
        "readings" => b.readings[0].as_str(),
        "hubs" => b.hub.id.as_str(),
        "endpoints" => b.endpoint.as_str(),
        "users" => b.customer.user_id.as_str(),
        // B itself; of the rest it has nothing that A could name, and its own id is as foreign as any.
        _ => b.customer.id.as_str(),
    };
    let one = |body: Value, allowed| {
        vec![Try {
            path: path
                .replace("{id}", id)
                .replace("{contact}", b.customer.user_id.as_str())
                .replace("{log}", b.hub.id.as_str())
                // Nothing of B's lies in the archive here; where something does, `api::tenants` asks for it.
                .replace("{day}", "2026-11-20"),
            body,
            allowed,
        }]
    };
    match (
        method,
        path.strip_prefix("/api/v1")
            .expect("every operation lies under /api/v1"),
    ) {
        ("POST", "/token") => one(
            json!({"email": b.customer.email, "password": "a wrong password"}),
            &[401],
        ),
        ("GET", "/me" | "/endpoints" | "/device-models") => one(Value::Null, A_S_OWN),
        ("GET", "/customers" | "/users" | "/devices" | "/hubs" | "/refusals") => lists(path, b),
        ("GET" | "POST", "/distributors") | ("POST", "/device-models") => one(
            json!({"name": "x", "maker": "x", "kinds": ["weight"], "transport": "mqtt"}),
            &[403, 422],
        ),
        ("GET", "/quarantine") | ("POST", "/quarantine/dismiss") => {
            one(json!({"items": [b.device.id], "reason": "x"}), &[403])
        }
        ("POST", "/customers") => one(json!({"name": "x"}), NOT_FOR_CUSTOMERS),
        ("POST", "/users") => one(
            json!({"email": "spy@example.org", "name": "Spy", "role": "customer", "customer_id": b.customer.id,
                "password": vitalwire_tests::PASSWORD}),
            &[403, 404],
        ),
        ("POST", "/devices") => one(
            json!({"maker": "Acme", "serial": "new", "model_id": b.device.id, "customer_id": b.customer.id}),
            NOT_FOR_CUSTOMERS,
        ),
        ("POST", "/hubs") => one(
            json!({"serial": "B-hub-4403", "name": "x", "customer_id": b.customer.id}),
            ABSENT,
        ),
        ("POST", "/endpoints") => {
            let wrong = json!({"url": "http://127.0.0.1:9/hook", "customer_id": b.customer.id});
            one(wrong, &[422])
        }
        ("POST", "/devices/{id}/assignments") => {
            one(json!({"customer_id": b.customer.id}), NOT_FOR_CUSTOMERS)
        }
        ("PATCH", "/devices/{id}") => one(json!({"state": "inactive", "customer_reference": "mine"}), ABSENT),
        ("PATCH", "/hubs/{id}") => one(json!({"state": "inactive"}), ABSENT),
        ("PATCH", "/users/{id}") => one(json!({"state": "disabled"}), ABSENT),
        ("PATCH", "/endpoints/{id}") => one(
            json!({"url": "http://127.0.0.1:9/mine", "state": "disabled"}),
            ABSENT,
        ),
        ("POST", "/hubs/{id}/confirm") => one(json!({"fingerprint": b.hub.registration.fingerprint}), ABSENT),
        ("POST", "/endpoints/{id}/dead-letters/retry") => {
            let mut tries = one(json!({"all": true}), ABSENT);
            tries.extend(one(json!({"ids": [b.delivery]}), ABSENT));
            tries
        }
        (
            "GET",
            "/customers/{id}"
            | "/devices/{id}"
            | "/devices/{id}/readings"
            | "/readings/{id}"
            | "/readings/{id}/trace"
            | "/hubs/{id}"
            | "/endpoints/{id}"
            | "/endpoints/{id}/attempts"
            | "/endpoints/{id}/dead-letters",
        )
        | ("POST", "/hubs/{id}/claim-code" | "/endpoints/{id}/rotate-secret" | "/endpoints/{id}/test")
        | ("GET" | "POST" | "DELETE", "/devices/{id}/token") => one(Value::Null, ABSENT),
        // A's own has no end; what it tells is in the server's tests of streams.
        ("GET", "/readings/stream") => vec![Try {
            path: format!("{path}?device_id={}", b.device.id),
            body: Value::Null,
            allowed: ABSENT,
        }],
        // Whatever is B's is no success, and what is not aimed at anything shows A's own.
        ("GET", rest) if !rest.contains('{') => one(Value::Null, &[200, 400, 403, 422]),
        ("POST" | "PATCH" | "DELETE", rest) if !rest.contains('{') => {
            one(json!({}), &[200, 400, 403, 404, 409, 415, 422])
        }
        _ => one(json!({}), &[403, 404, 415, 422]),
    }
}

/// A list as it is, narrowed to what is B's, and from a cursor of B's on.
fn lists(path: &str, b: &Tenant) -> Vec<Try> {
    let cursor = |key: &Value| data_encoding::BASE64URL_NOPAD.encode(key.to_string().as_bytes());
    let narrow = match path.rsplit('/').next().unwrap() {
        "devices" => vec![
            format!("?customer_id={}", b.customer.id),
            format!("?q={}", b.device.serial),
            format!("?after={}", cursor(&json!([b.device.serial, b.device.id]))),
            format!("?after={}", cursor(&json!(b.device.serial))),
        ],
        "hubs" => vec![
            format!("?customer_id={}", b.customer.id),
            format!("?after={}", cursor(&json!("B-hub-4401"))),
        ],
        "refusals" => vec![
            format!("?device_id={}", b.device.id),
            format!("?hub_id={}", b.hub.id),
        ],
        "users" => vec![format!("?after={}", cursor(&json!("birch")))],
        _ => Vec::new(),
    };
    let all = narrow.into_iter().chain([String::new(), "?limit=200".to_owned()]);
    // A cursor of another shape is a bad request.
    all.map(|query| Try {
        path: format!("{path}{query}"),
        body: Value::Null,
        allowed: &[200, 422],
    })
    .collect()
}

/// So that an empty answer to everything would not pass.
async fn own_lists_hold_own_things(a: &Tenant) {
    let user = &a.customer.user;
    for (path, id) in [
        ("/api/v1/customers", &a.customer.id),
        ("/api/v1/users", &a.customer.user_id),
        ("/api/v1/devices", &a.device.id),
        ("/api/v1/hubs", &a.hub.id),
        ("/api/v1/endpoints", &a.endpoint),
    ] {
        let list = user.get(path).await.ok();
        let ids: Vec<&Value> = list["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| &row["id"])
            .collect();
        assert_eq!(ids, [&json!(id)], "{path}");
        if path != "/api/v1/users" {
            assert_eq!(
                user.get(&format!("{path}/{id}")).await.ok()["id"],
                json!(id),
                "{path}"
            );
        }
    }
    for id in &a.readings {
        assert_eq!(
            user.get(&format!("/api/v1/readings/{id}/trace")).await.ok()["reading"]["id"],
            json!(id)
        );
    }
    let shelf = user
        .get(&format!("/api/v1/endpoints/{}/dead-letters", a.endpoint))
        .await
        .ok();
    assert_eq!(shelf["data"][0]["delivery_id"], json!(a.delivery));
}
