//! What is refused of a hub, and that it can be looked up.

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use vitalwire_server::ground::Clock as _;

use super::signed::{Hub, Key, PATH, batch, blood_pressure, header, post};
use crate::world::World;

#[tokio::test]
async fn a_token_is_for_the_whole_address() {
    let world = World::new().await;
    let hub = Hub::new(&world, "a").await;
    let body = batch(&[blood_pressure("S-a")]);
    let asked = format!("{PATH}?x=1");
    for (signed, sent, status) in [
        (PATH, PATH, 200),
        (PATH, asked.as_str(), 401),
        (asked.as_str(), PATH, 401),
        (asked.as_str(), asked.as_str(), 200),
    ] {
        let token = hub.key.sign(&header(), &hub.claims(signed, &body));
        let answer = post(&world.anyone, sent, &token, &body).await;
        assert_eq!(answer.status, status, "{signed} for {sent}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_token_that_is_malformed_is_told_how() {
    let world = World::new().await;
    let hub = Hub::new(&world, "a").await;
    let body = batch(&[blood_pressure("S-a")]);
    let claims = hub.claims(PATH, &body);
    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        hub.key.sign(&header(), &claims)
    };
    let now = hub.world.clock.now();
    let half_past = |time: DateTime<Utc>| -> Value { format!("{}.5", time.timestamp()).parse().unwrap() };
    let mut critical = header();
    critical.crit = Some(vec!["b64".to_owned()]);
    let mut nothing_critical = header();
    nothing_critical.crit = Some(Vec::new());
    for (token, told) in [
        (with("iat", half_past(now)), "whole seconds"),
        (
            with("exp", half_past(now + TimeDelta::seconds(30))),
            "whole seconds",
        ),
        (
            with(
                "exp",
                json!((now + TimeDelta::seconds(30)).timestamp().to_string()),
            ),
            "whole seconds",
        ),
        (with("jti", json!("one")), "jti"),
        (hub.key.sign(&critical, &claims), "crit"),
        (hub.key.sign(&nothing_critical, &claims), "crit"),
    ] {
        let answer = hub.send(&token, &body).await;
        assert_eq!(answer.problem(), (401, "malformed-token"), "{}", answer.text);
        let detail = answer.body["detail"].as_str().unwrap();
        assert!(detail.contains(told), "{detail}");
    }
    assert_eq!(
        hub.send(&hub.key.sign(&header(), &claims), &body).await.status,
        200
    );
}

#[tokio::test]
async fn every_refused_claim_can_be_looked_up() {
    let world = World::new().await;
    let key = BASE64URL_NOPAD.encode(&Key::new().public);
    let claims = [
        (json!({"code": 7}), 422, "malformed-json", None),
        (
            json!({"code": "AAAA-AAAA-AAAA", "public_key": "AAAA"}),
            422,
            "bad-public-key",
            Some("32 bytes in base64url without padding are needed"),
        ),
        (
            json!({"code": "AAAA-AAAA-AAAA", "public_key": key, "version": "1".repeat(65)}),
            422,
            "invalid",
            Some("version"),
        ),
        (
            json!({"code": "AAAA-AAAA-AAAA", "public_key": key}),
            404,
            "unknown-claim-code",
            None,
        ),
    ];
    let mut expected = Vec::new();
    for (body, status, problem, detail) in claims {
        let answer = world.anyone.post("/v1/hubs/claim", &body).await;
        assert_eq!(answer.problem(), (status, problem), "{}", answer.text);
        expected.push((problem.to_owned(), detail.map(str::to_owned)));
    }
    expected.sort();
    // The log is written behind; nothing announces it.
    let logged = "select reason, detail from refusal where remote is not null order by 1";
    for _ in 0..500 {
        let seen: Vec<(String, Option<String>)> = sqlx::query_as(logged).fetch_all(&world.sql).await.unwrap();
        if seen == expected {
            return;
        }
        assert!(seen.len() <= expected.len(), "{seen:?}");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("not every refusal is in the log");
}
