//! Each way in which a reading can be wrong has its own answer, nothing of it is stored half, and "why did nothing
//! arrive?" can be answered afterwards.

use serde_json::{Value, json};
use sqlx::Row;
use vitalwire_tests::{Client, World, now};

struct Case {
    name: &'static str,
    body: Vec<u8>,
    status: u16,
    problem: &'static str,
}

fn case(name: &'static str, body: &Value, status: u16, problem: &'static str) -> Case {
    Case {
        name,
        body: body.to_string().into_bytes(),
        status,
        problem,
    }
}

fn cases() -> Vec<Case> {
    let at = now().to_rfc3339();
    let reading = |values: Value| json!({"device": "R1", "kind": "blood_pressure", "measured_at": at, "values": values});
    let good = reading(json!({"systolic": 120, "diastolic": 80}));
    let mut other_device = good.clone();
    other_device["device"] = json!("R2");
    let mut nul = good.clone();
    nul["maker"] = json!("Ac\u{0}me");
    let mut kind = good.clone();
    kind["kind"] = json!("horoscope");
    let mut time = good.clone();
    time["measured_at"] = json!("yesterday");
    vec![
        case(
            "bad unit",
            &reading(json!({"systolic": {"value": 16, "unit": "kg"}, "diastolic": 80})),
            422,
            "bad-unit",
        ),
        case(
            "impossible",
            &reading(json!({"systolic": 900, "diastolic": 80})),
            422,
            "implausible",
        ),
        case(
            "missing value",
            &reading(json!({"systolic": 120})),
            422,
            "missing-value",
        ),
        case(
            "unknown value",
            &reading(json!({"systolic": 120, "diastolic": 80, "mood": 3})),
            422,
            "unknown-value",
        ),
        case(
            "token of another device",
            &other_device,
            403,
            "token-of-another-device",
        ),
        case("U+0000", &nul, 422, "nul-character"),
        case("unknown kind", &kind, 422, "unknown-kind"),
        case("bad time", &time, 422, "bad-time"),
        Case {
            name: "NaN",
            body: br#"{"device":"R1","kind":"weight","values":{"weight":NaN}}"#.to_vec(),
            status: 422,
            problem: "malformed-json",
        },
        Case {
            name: "malformed",
            body: b"{\"device\":".to_vec(),
            status: 422,
            problem: "malformed-json",
        },
        Case {
            name: "not UTF-8",
            body: vec![0xff, 0xfe, 0x00],
            status: 422,
            problem: "malformed-json",
        },
        Case {
            name: "empty",
            body: Vec::new(),
            status: 422,
            problem: "malformed-json",
        },
        Case {
            name: "too large",
            body: vec![b' '; 20_000],
            status: 413,
            problem: "too-large",
        },
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_wrong_reading_has_its_own_answer_and_leaves_nothing_half() {
    let world = World::new().await;
    let customer = world.customer("Refused").await;
    let model = world.model("Cuff R", &["blood_pressure"], "cellular").await;
    let device = world.device(&customer, &model, "R1").await;
    for case in cases() {
        let answer = device.client.post_bytes("/v1/telemetry", case.body).await;
        assert_eq!(
            (answer.status, answer.problem()),
            (case.status, case.problem),
            "{}: {}",
            case.name,
            answer.text
        );
    }
    let good =
        json!({"device": "R1", "kind": "blood_pressure", "values": {"systolic": 120, "diastolic": 80}});
    for (token, problem) in [("wrong", "unknown-token"), ("", "missing-token")] {
        let answer = world.anyone.with_token(token).post("/v1/telemetry", &good).await;
        assert_eq!(
            (answer.status, answer.problem()),
            (401, problem),
            "{}",
            answer.text
        );
    }

    let inactive = json!({"state": "inactive"});
    customer
        .user
        .patch(&format!("/api/v1/devices/{}", device.id), &inactive)
        .await
        .ok();
    let answer = device.client.post("/v1/telemetry", &good).await;
    assert_eq!(
        (answer.status, answer.problem()),
        (403, "device-inactive"),
        "{}",
        answer.text
    );
    assert!(answer.text.contains("PATCH /api/v1/devices/"), "{}", answer.text);

    assert_eq!(
        counts(&world).await,
        (0, 0, 0, 0),
        "readings, keys, raw messages, outbox"
    );
    let logged = refusals_of(&customer.user, &world.admin).await;
    for reason in [
        "bad-unit",
        "implausible",
        "nul-character",
        "malformed-json",
        "device-inactive",
        "unknown-token",
    ] {
        assert!(
            logged.contains(&reason.to_owned()),
            "{reason} is not among {logged:?}"
        );
    }
}

async fn counts(world: &World) -> (i64, i64, i64, i64) {
    let mut owner = world.server.owner().await;
    let row = sqlx::query(
        "select (select count(*) from reading), (select count(*) from reading_key), (select count(*) from raw_message),
           (select count(*) from outbox)",
    )
    .fetch_one(&mut owner)
    .await
    .expect("the tables can be counted");
    (row.get(0), row.get(1), row.get(2), row.get(3))
}

/// Asks until the log of refusals, which is written behind, has caught up with the last one.
async fn refusals_of(customer: &Client, admin: &Client) -> Vec<String> {
    for _ in 0..200 {
        let own = reasons(&customer.get("/api/v1/refusals").await.ok());
        let all = reasons(&admin.get("/api/v1/refusals").await.ok());
        if own.iter().any(|reason| reason == "device-inactive")
            && all.iter().any(|reason| reason == "missing-token")
        {
            assert!(
                own.iter().any(|reason| reason == "too-large"),
                "a body that is too large is its device's: {own:?}"
            );
            assert!(
                !own.iter().any(|reason| reason == "unknown-token"),
                "a stranger's refusals are not the customer's"
            );
            return all;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the refusals were not logged");
}

fn reasons(answer: &Value) -> Vec<String> {
    let rows = answer["data"].as_array().expect("a list");
    rows.iter()
        .map(|row| row["reason"].as_str().expect("a reason").to_owned())
        .collect()
}
