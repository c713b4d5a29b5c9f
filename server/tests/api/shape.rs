//! The form of answers: lists, problems, headers, and the description of it all.

use serde_json::{Value, json};

use crate::world::World;

#[tokio::test]
async fn whatever_goes_wrong_is_a_problem_document() {
    let world = World::new().await;
    let admin = world.admin().await;
    let raw = async |body: String, media: &'static str| {
        let request = admin
            .request("POST", "/api/v1/customers")
            .header("content-type", media)
            .body(body);
        admin.send(request).await
    };
    let long = format!(r#"{{"name": "{}"}}"#, "x".repeat(70_000));
    let answers = [
        (
            raw("{".to_owned(), "application/json").await,
            (400, "malformed-json"),
        ),
        (raw("{}".to_owned(), "application/json").await, (422, "bad-body")),
        (
            raw(r#"{"name": 777123}"#.to_owned(), "application/json").await,
            (422, "bad-body"),
        ),
        (
            raw(r#"{"name": "x", "nmae": 1}"#.to_owned(), "application/json").await,
            (422, "bad-body"),
        ),
        (
            raw("name=x".to_owned(), "text/plain").await,
            (415, "unsupported-media-type"),
        ),
        (raw(long, "application/json").await, (413, "too-large")),
        (admin.get("/api/v1/customers?limit=0").await, (422, "invalid")),
        (
            admin.get("/api/v1/customers?after=nonsense").await,
            (422, "invalid"),
        ),
        (admin.get("/api/v1/customers?page=2").await, (400, "bad-query")),
        (admin.get("/api/v1/devices?kind=mood").await, (400, "bad-query")),
        (admin.get("/api/v1/customers/7").await, (404, "not-found")),
        (admin.get("/api/v1/horoscopes").await, (404, "no-such-operation")),
        (admin.get("/api/v2/customers").await, (404, "no-such-operation")),
        (
            admin.call("DELETE", "/api/v1/customers", None).await,
            (405, "method-not-allowed"),
        ),
        (
            admin.post("/api/v1/customers", &json!({"name": " "})).await,
            (422, "invalid"),
        ),
        (admin.get("/api/v1/devices?q=%00").await, (422, "invalid")),
        (
            world.anyone.get("/api/v1/customers").await,
            (401, "not-signed-in"),
        ),
    ];
    for (answer, expected) in &answers {
        assert_eq!(answer.problem(), *expected, "{}", answer.text);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert_eq!(answer.body["status"], answer.status);
        assert!(answer.body["title"].is_string());
        let id = answer.headers["x-request-id"].to_str().unwrap();
        assert_eq!(answer.body["instance"], format!("urn:uuid:{id}"));
    }
    assert_eq!(answers[13].0.headers["allow"], "GET, POST");
    assert!(
        !answers[2].0.text.contains("777123"),
        "what was sent is not repeated: {}",
        answers[2].0.text
    );
}

#[tokio::test]
async fn a_list_is_read_page_by_page() {
    let world = World::new().await;
    let admin = world.admin().await;
    // Two of one name are in two portfolios, and stand in the order in which people look, whatever their case.
    let (distributor, _) = world.dealer(&admin).await;
    let names = ["Birch", "Alder", "cedar", "Alder", "Elm"];
    for (place, name) in names.into_iter().enumerate() {
        let whose = (place == 3).then_some(&distributor);
        let new = json!({"name": name, "distributor_id": whose});
        assert_eq!(admin.post("/api/v1/customers", &new).await.status, 201);
    }
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = admin.get(&format!("/api/v1/customers?limit=2{after}")).await;
        let rows = page.body["data"].as_array().unwrap();
        assert!(rows.len() <= 2);
        seen.extend(rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()));
        match page.body["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(seen, ["Alder", "Alder", "Birch", "cedar", "Elm"]);
    let found = admin.get("/api/v1/devices?q=%25&state=active&kind=weight").await;
    assert_eq!((found.status, found.ids().len()), (200, 0));
}

#[tokio::test]
async fn what_is_not_served_is_a_problem_and_no_page() {
    let world = World::new().await;
    let cases = [
        ("GET", "/v1/telemetry", 405, "method-not-allowed", "POST"),
        ("PUT", "/v1/telemetry", 405, "method-not-allowed", "POST"),
        ("GET", "/v1/hubs/telemetry", 405, "method-not-allowed", "POST"),
        ("DELETE", "/v1/hubs/claim", 405, "method-not-allowed", "POST"),
        ("POST", "/v1/hubs/me", 405, "method-not-allowed", "GET"),
        ("POST", "/healthz", 405, "method-not-allowed", "GET, HEAD"),
        ("POST", "/api/openapi.json", 405, "method-not-allowed", "GET"),
        ("PUT", "/api/v1/me", 405, "method-not-allowed", "GET"),
        ("GET", "/v1", 404, "no-such-operation", ""),
        ("GET", "/v1/", 404, "no-such-operation", ""),
        ("POST", "/v1/telemetry/", 404, "no-such-operation", ""),
        ("GET", "/v1/hubs/you", 404, "no-such-operation", ""),
        ("POST", "/v1/sources/acme/1", 404, "no-such-operation", ""),
        ("GET", "/api", 404, "no-such-operation", ""),
        ("GET", "/api/", 404, "no-such-operation", ""),
        ("POST", "/api/v2", 404, "no-such-operation", ""),
    ];
    for (method, path, status, slug, allowed) in cases {
        let body = json!({"some": "body"});
        let answer = world
            .anyone
            .call(method, path, Some(&body).filter(|_| method != "GET"))
            .await;
        assert_eq!(
            answer.problem(),
            (status, slug),
            "{method} {path}: {}",
            answer.text
        );
        assert_eq!(
            answer.headers["content-type"], "application/problem+json",
            "{path}"
        );
        let allow = answer.headers.get("allow").map(|allow| allow.to_str().unwrap());
        assert_eq!(allow.unwrap_or_default(), allowed, "{method} {path}");
    }
    let head = world.anyone.call("HEAD", "/healthz", None).await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
}

/// A name with a line break or an escape sequence in it would be another name on a terminal, in a mail or in a log.
#[tokio::test]
async fn no_text_that_is_shown_holds_a_control_character() {
    let world = World::new().await;
    let admin = world.admin().await;
    let a = world.tenant(&admin, "a").await;
    let model = world.model(&admin).await;
    for bad in ["a\nb", "a\u{1b}[2Jb", "a\u{0}b", "a\u{7f}b", "a\u{85}b"] {
        let endpoint = format!("/api/v1/endpoints/{}", a.endpoint);
        let device = format!("/api/v1/devices/{}", a.device);
        let password = crate::world::PASSWORD;
        let answers = [
            admin.post("/api/v1/customers", &json!({"name": bad})).await,
            admin.post("/api/v1/distributors", &json!({"name": bad})).await,
            admin
                .post(
                    "/api/v1/device-models",
                    &json!({"maker": "Acme", "name": bad, "kinds": ["weight"], "transport": "cellular"}),
                )
                .await,
            admin
                .post(
                    "/api/v1/device-models",
                    &json!({"maker": bad, "name": "Scale", "kinds": ["weight"], "transport": "cellular"}),
                )
                .await,
            admin
                .post(
                    "/api/v1/devices",
                    &json!({"maker": "Acme", "serial": bad, "model_id": model}),
                )
                .await,
            admin
                .post(
                    "/api/v1/hubs",
                    &json!({"serial": bad, "name": "Ward", "customer_id": a.customer}),
                )
                .await,
            admin
                .post(
                    "/api/v1/hubs",
                    &json!({"serial": "H-9", "name": bad, "customer_id": a.customer}),
                )
                .await,
            admin
                .post(
                    "/api/v1/users",
                    &json!({"email": "z@clinic.example", "name": bad, "role": "customer",
                        "customer_id": a.customer, "password": password}),
                )
                .await,
            a.user.patch(&device, &json!({"customer_reference": bad})).await,
            a.user.patch(&endpoint, &json!({"description": bad})).await,
            a.user
                .post(
                    "/api/v1/endpoints",
                    &json!({"url": "https://other.example/hook", "description": bad}),
                )
                .await,
        ];
        for (place, answer) in answers.iter().enumerate() {
            assert_eq!(answer.status, 422, "{place}, {bad:?}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn a_device_s_readings_come_newest_first() {
    let world = World::new().await;
    let admin = world.admin().await;
    let a = world.tenant(&admin, "a").await;
    let mut made = Vec::new();
    for minutes in [30, 10, 20] {
        made.push(world.reading(&a, minutes).await);
    }
    let path = format!("/api/v1/devices/{}/readings", a.device);
    let first = a.user.get(&format!("{path}?limit=2")).await;
    assert_eq!(first.ids(), [made[1].as_str(), made[2].as_str()]);
    let row = &first.body["data"][0];
    assert_eq!(
        row["values"],
        json!({"systolic": 121, "diastolic": 79, "pulse": 66})
    );
    assert_eq!(row["units"]["systolic"], "mm[Hg]");
    assert_eq!(
        (&row["proof"], &row["quality"]),
        (&json!("device_token"), &json!([]))
    );
    let next = first.body["next"].as_str().unwrap();
    assert_eq!(
        a.user.get(&format!("{path}?limit=2&after={next}")).await.ids(),
        [made[0].as_str()]
    );
    let from = row["measured_at"].as_str().unwrap();
    assert_eq!(
        a.user.get(&format!("{path}?from={from}")).await.ids(),
        [made[1].as_str()]
    );
    assert_eq!(
        a.user
            .get(&format!("{path}?until={from}&kind=weight"))
            .await
            .ids()
            .len(),
        0
    );
    sqlx::query(
        "insert into event (customer_id, sequence, created_at, type, device_id, reading_id, reading_received_at,
           delivery_state, delivered_at)
         select customer_id, 7, received_at, 'reading.created', device_id, id, received_at, 'delivered', received_at
         from reading where id = $1",
    )
    .bind(made[0].parse::<uuid::Uuid>().unwrap())
    .execute(&world.sql)
    .await
    .unwrap();
    sqlx::query(
        "insert into delivery_attempt (id, created_at, customer_id, endpoint_id, delivery_id, event_sequences, event_type,
           attempt, outcome, status_code, duration_ms)
         select reading_id, created_at, customer_id, $1, reading_id, '{6,7}', type, 1, 'delivered', 200, 12 from event",
    )
    .bind(a.endpoint.parse::<uuid::Uuid>().unwrap())
    .execute(&world.sql)
    .await
    .unwrap();
    let trace = a.user.get(&format!("/api/v1/readings/{}/trace", made[0])).await;
    assert_eq!(
        (trace.status, &trace.body["reading"]["id"]),
        (200, &json!(made[0]))
    );
    assert_eq!(trace.body["events"][0]["sequence"], 7, "{}", trace.text);
    assert_eq!(trace.body["attempts"][0]["status_code"], 200, "{}", trace.text);
    let untold = a.user.get(&format!("/api/v1/readings/{}/trace", made[1])).await;
    assert_eq!(untold.body["events"], json!([]));
    assert_eq!(
        admin.get(&path).await.problem(),
        (403, "forbidden"),
        "the platform's people see no values"
    );
}

#[tokio::test]
async fn answers_tell_the_browser_to_be_strict() {
    let world = World::new().await;
    let health = world.anyone.get("/healthz").await;
    assert_eq!(health.status, 200);
    let answer = world.anyone.get("/api/openapi.json").await;
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        (
            "content-security-policy",
            "default-src 'none'; frame-ancestors 'none'",
        ),
        ("strict-transport-security", "max-age=31536000; includeSubDomains"),
    ] {
        assert_eq!(answer.headers[name], value);
    }
}

#[tokio::test]
async fn the_description_is_served_and_is_what_is_published() {
    let world = World::new().await;
    let served = world.anyone.get("/api/openapi.json").await;
    assert_eq!(served.status, 200);
    assert_eq!(served.body["openapi"], "3.1.0");
    let published = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
    let published: Value = serde_json::from_str(&std::fs::read_to_string(published).unwrap()).unwrap();
    assert!(
        served.body == published,
        "the API has changed: run `vitalwire-server openapi > docs/openapi.json` and look at the difference"
    );
}

#[tokio::test]
async fn of_endpoints_asked_for_at_once_no_more_are_made_than_a_customer_may_have() {
    let world = World::new().await;
    let tenant = world.tenant(&world.admin().await, "a").await;
    let add = async |n: usize| {
        let endpoint = json!({"url": format!("https://clinic.example/{n}")});
        let made = tenant.user.post("/api/v1/endpoints", &endpoint).await;
        made.status
    };
    // It has one already.
    for n in 1..19 {
        assert_eq!(add(n).await, 201);
    }
    let all = tokio::join!(add(20), add(21), add(22), add(23), add(24), add(25));
    let mut statuses = [all.0, all.1, all.2, all.3, all.4, all.5];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409]);
    let list = tenant.user.get("/api/v1/endpoints?limit=100").await;
    assert_eq!(list.ids().len(), 20);
}

/// Trying again mends what is away, and not what the platform does wrong.
#[tokio::test]
async fn a_fault_of_the_platform_s_own_is_not_called_an_outage() {
    let world = World::new().await;
    let admin = world.admin().await;
    let clinic = world.tenant(&admin, "clinic").await;
    for sql in [
        "alter table delivery add constraint made_by_a_test check (false) not valid",
        "alter table site add constraint made_by_a_test check (false) not valid",
    ] {
        sqlx::query(sql).execute(&world.sql).await.unwrap();
    }
    let test = format!("/api/v1/endpoints/{}/test", clinic.endpoint);
    for (path, body) in [
        (test.as_str(), json!({})),
        ("/api/v1/sites", json!({"name": "Ward"})),
    ] {
        let answer = clinic.user.post(path, &body).await;
        assert_eq!(answer.problem(), (500, "internal"), "{path}: {}", answer.text);
        assert!(!answer.text.contains("made_by_a_test"), "{path}: {}", answer.text);
        assert!(!answer.headers.contains_key("retry-after"), "{path}");
    }
}
