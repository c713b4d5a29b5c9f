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
    let names = ["Birch", "Alder", "Cedar", "Alder", "Elm"];
    for name in names {
        assert_eq!(
            admin
                .post("/api/v1/customers", &json!({"name": name}))
                .await
                .status,
            201
        );
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
    assert_eq!(seen, ["Alder", "Alder", "Birch", "Cedar", "Elm"]);
    let found = admin.get("/api/v1/devices?q=%25&state=active&kind=weight").await;
    assert_eq!((found.status, found.ids().len()), (200, 0));
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
            .get(&format!("{path}?to={from}&kind=weight"))
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
