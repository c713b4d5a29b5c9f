//! A hub's token is good for one request, for a minute, by one key, and for nothing else.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use vitalwire_hub::{CallError, Clock, HubClient, HubState, Registration, SystemRandom};
use vitalwire_tests::kinds::reading;
use vitalwire_tests::{ClaimedHub, World, now};

const PATH: &str = "/v1/hubs/telemetry";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_token_that_does_not_fit_is_refused_with_the_server_s_time() {
    let world = World::new().await;
    let customer = world.customer("Proofs").await;
    let model = world.model("Scale P", &["weight"], "bluetooth").await;
    world.device(&customer, &model, "P-1").await;
    let hub = world.active_hub(&customer, "P-hub").await;
    let body = json!({"readings": [reading("P-1", "weight", now())]})
        .to_string()
        .into_bytes();

    for (name, token) in forgeries(&world, &hub, &body) {
        let answer = hub.post_with(&token, &body).await;
        let problem = match name {
            "too old" | "too new" | "valid for too long" => "token-out-of-time",
            "not a token" | "without claims" | "without an end" | "alg none" => "malformed-token",
            "unknown hub" => "unknown-hub",
            _ => "token-mismatch",
        };
        assert_eq!(
            (answer.status, answer.problem()),
            (401, problem),
            "{name}: {}",
            answer.text
        );
        let time: DateTime<Utc> = answer.body["server_time"].as_str().unwrap().parse().unwrap();
        assert!(
            (now() - time).abs() < TimeDelta::seconds(30),
            "{name}: {}",
            answer.text
        );
    }
    assert_eq!(hub.post_with("", &body).await.status, 401);
    let stored: i64 =
        sqlx::query_scalar("select (select count(*) from reading) + (select count(*) from quarantine)")
            .fetch_one(&mut world.server.owner().await)
            .await
            .unwrap();
    assert_eq!(
        stored, 0,
        "a forged message leaves nothing, not even in quarantine"
    );

    let fits = hub.token("POST", PATH, &body);
    assert_eq!(
        hub.post_with(&fits, &body).await.ok()["verdicts"][0]["status"],
        "accepted"
    );
    let replayed = hub.post_with(&fits, &body).await.ok();
    assert_eq!(
        replayed["verdicts"][0]["status"], "duplicate",
        "a replay of the same bytes changes nothing"
    );
    a_hub_with_a_wrong_clock_corrects_itself(&world, &hub).await;
}

fn forgeries(world: &World, hub: &ClaimedHub, body: &[u8]) -> Vec<(&'static str, String)> {
    let own = hub.token("POST", PATH, body);
    let key = EncodingKey::from_ed_der(&std::fs::read(&hub.key).unwrap());
    let (stranger, _) = world.identity("stranger");
    let stranger = EncodingKey::from_ed_der(&std::fs::read(stranger).unwrap());
    let claims = claims(&own);
    let with = |changes: Value| {
        let mut claims = claims.clone();
        claims
            .as_object_mut()
            .unwrap()
            .append(&mut changes.as_object().unwrap().clone());
        claims
    };
    let sign = |claims: &Value, key: &EncodingKey| {
        jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), claims, key).unwrap()
    };
    let at = |seconds: i64| {
        let iat = now().timestamp() + seconds;
        sign(&with(json!({"iat": iat, "exp": iat + 50})), &key)
    };
    let lives = |seconds: i64| {
        sign(
            &with(json!({"exp": claims["iat"].as_i64().unwrap() + seconds})),
            &key,
        )
    };
    let mut flipped = own.clone();
    let place = flipped.len() - 10;
    let other = if &flipped[place..=place] == "A" { "B" } else { "A" };
    flipped.replace_range(place..=place, other);
    vec![
        ("altered body", hub.token("POST", PATH, b"{\"readings\":[]}")),
        ("other path", hub.token("POST", "/v1/hubs/me", body)),
        ("other method", hub.token("GET", PATH, body)),
        ("too old", at(-300)),
        ("too new", at(300)),
        ("valid for too long", lives(3_600)),
        ("without an end", sign(&with(json!({"exp": null})), &key)),
        (
            "other audience",
            sign(&with(json!({"aud": "https://other.example"})), &key),
        ),
        ("other key", sign(&claims, &stranger)),
        ("unknown hub", sign(&with(json!({"iss": almost(&hub.id)})), &key)),
        ("altered signature", flipped),
        ("alg none", none(&own)),
        ("HMAC with the public key", with_the_public_key(hub, &claims)),
        (
            "without claims",
            format!("{}.e30.AAAA", own.split('.').next().unwrap()),
        ),
        ("not a token", "nonsense".to_owned()),
    ]
}

/// An id that looks like the hub's and is nobody's.
fn almost(id: &str) -> uuid::Uuid {
    let id: uuid::Uuid = id.parse().unwrap();
    uuid::Uuid::from_u128(id.as_u128() ^ 1)
}

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap()).unwrap()
}

fn none(token: &str) -> String {
    let header = BASE64URL_NOPAD.encode(br#"{"alg":"none","typ":"JWT"}"#);
    format!("{header}.{}.", token.split('.').nth(1).unwrap())
}

/// The classic confusion: the public key is no secret, and here it serves as one.
fn with_the_public_key(hub: &ClaimedHub, claims: &Value) -> String {
    let key = EncodingKey::from_secret(hub.identity.public_key());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &key).unwrap()
}

/// Three days behind.
struct Slow;

impl Clock for Slow {
    fn now(&self) -> DateTime<Utc> {
        now() - TimeDelta::days(3)
    }
}

async fn a_hub_with_a_wrong_clock_corrects_itself(world: &World, hub: &ClaimedHub) {
    let unnamed = world.unnamed_hub(Arc::new(Slow));
    let clock = Arc::clone(unnamed.clock());
    let client = HubClient::new(
        unnamed,
        &hub.identity,
        &hub.registration,
        Arc::new(SystemRandom::new()),
    )
    .unwrap();
    assert_eq!(client.me().await.unwrap().state, HubState::Active);
    assert!(
        (clock.now() - now()).abs() < TimeDelta::seconds(30),
        "it has learnt the platform's time"
    );

    let (_, stranger) = world.identity("another");
    let registration = Registration {
        fingerprint: stranger.fingerprint(),
        ..hub.registration.clone()
    };
    let unnamed = world.unnamed_hub(Arc::new(Slow));
    let forged = HubClient::new(unnamed, &stranger, &registration, Arc::new(SystemRandom::new())).unwrap();
    let refused = forged.me().await;
    assert!(
        matches!(refused, Err(CallError::Unauthorized { .. })),
        "another key is believed at no time: {refused:?}"
    );
}
