//! Which keys are believed, and for how long.

use std::sync::Arc;

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::BASE64URL_NOPAD;
use serde_json::json;
use sqlx::Row as _;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use vitalwire_server::config::RatesConfig;
use vitalwire_server::ground::Clock as _;
use vitalwire_server::ground::ids::HubId;
use vitalwire_server::history::commit::{Committer, Limits};
use vitalwire_server::intake::{Body, HubOutcome, Intake, IntakeLimits, ItemVerdict, RefusalLog};
use vitalwire_server::registry::IdentityCache;

use super::signed::{Hub, Key, PATH, batch, blood_pressure, claim_and_confirm, header};
use crate::world::World;

/// For the point of order one, the signature of nothing at all fits every message.
const NEUTRAL: [u8; 32] = {
    let mut point = [0; 32];
    point[0] = 1;
    point
};

#[tokio::test]
async fn a_key_that_proves_nothing_is_neither_taken_nor_believed() {
    let world = World::new().await;
    let hub = Hub::new(&world, "a").await;
    let path = format!("/api/v1/hubs/{}", hub.tenant.hub);
    hub.tenant.user.patch(&path, &json!({"state": "inactive"})).await;
    let code = super::code(&hub.tenant.user, &hub.tenant.hub).await;
    // The same point once more, with a y that is 2^255 - 18.
    let mut not_canonical = [0xff; 32];
    (not_canonical[0], not_canonical[31]) = (0xee, 0x7f);
    let claim = async |key: &[u8; 32]| {
        let body = json!({"code": code, "public_key": BASE64URL_NOPAD.encode(key)});
        world.anyone.post("/v1/hubs/claim", &body).await
    };
    for key in [NEUTRAL, not_canonical, [0; 32]] {
        assert_eq!(claim(&key).await.problem(), (422, "bad-public-key"), "{key:02x?}");
    }
    assert_eq!(
        claim(&Key::new().public).await.status,
        201,
        "the code is still good"
    );

    // One that was taken before such keys were refused.
    sqlx::query("update hub set public_key = $1, state = 'active', confirmed_at = now()")
        .bind(NEUTRAL.as_slice())
        .execute(&world.sql)
        .await
        .unwrap();
    let body = batch(&[blood_pressure("S-a")]);
    let token = hub.token(&body);
    let (message, _) = token.rsplit_once('.').unwrap();
    let forged = [NEUTRAL.as_slice(), &[0; 32]].concat();
    let neutral = UnparsedPublicKey::new(&ED25519, NEUTRAL.as_slice());
    assert!(neutral.verify(message.as_bytes(), &forged).is_ok());
    let token = format!("{message}.{}", BASE64URL_NOPAD.encode(&forged));
    loop {
        let answer = hub.send(&token, &body).await;
        assert_eq!(answer.problem(), (401, "token-mismatch"), "{}", answer.text);
        if answer.text.contains("proves nothing") {
            break;
        }
    }
}

#[tokio::test]
async fn what_a_former_key_has_signed_can_still_be_proved() {
    let world = World::new().await;
    let hub = Hub::new(&world, "a").await;
    let body = batch(&[blood_pressure("S-a")]);
    let sent = hub.send(&hub.token(&body), &body).await;
    assert_eq!(sent.body["verdicts"][0]["status"], "accepted", "{}", sent.text);
    world.clock.advance(TimeDelta::minutes(10));
    let next = Key::new();
    claim_and_confirm(&world, &hub.tenant, &next).await;

    let kept = sqlx::query("select received_at, jwt from raw_message")
        .fetch_one(&world.sql)
        .await
        .unwrap();
    let (received_at, jwt): (DateTime<Utc>, String) = (kept.get(0), kept.get(1));
    let key_of = async |at: DateTime<Utc>| -> Vec<u8> {
        let sql = "select public_key from hub_key where hub_id = $1 and valid_from <= $2
            and $2 < coalesce(valid_until, 'infinity')";
        sqlx::query_scalar(sql)
            .bind(hub.tenant.hub.parse::<Uuid>().unwrap())
            .bind(at)
            .fetch_one(&world.sql)
            .await
            .unwrap()
    };
    let former = key_of(received_at).await;
    assert_eq!(former, hub.key.public);
    let (message, signature) = jwt.rsplit_once('.').unwrap();
    let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap();
    let former = UnparsedPublicKey::new(&ED25519, former);
    assert!(former.verify(message.as_bytes(), &signature).is_ok());
    assert_eq!(key_of(world.clock.now()).await, next.public);

    // However often within one moment, and whatever a server's clock says.
    claim_and_confirm(&world, &hub.tenant, &Key::new()).await;
    world.clock.advance(-TimeDelta::minutes(2));
    let last = Key::new();
    claim_and_confirm(&world, &hub.tenant, &last).await;
    let open: Vec<Vec<u8>> = sqlx::query_scalar("select public_key from hub_key where valid_until is null")
        .fetch_all(&world.sql)
        .await
        .unwrap();
    assert_eq!(open, [last.public]);
    let all: i64 = sqlx::query_scalar("select count(*) from hub_key")
        .fetch_one(&world.sql)
        .await
        .unwrap();
    assert_eq!(all, 4);
}

/// Another server has let another key in, and this one has not heard of it: its memory stands still.
#[tokio::test]
async fn an_exchanged_key_is_believed_by_no_server() {
    let world = World::new().await;
    let hub = Hub::new(&world, "a").await;
    let stop = CancellationToken::new();
    let pool = world.database.system_intake().clone();
    let identities = IdentityCache::start(world.ground.clone(), pool.clone(), stop.clone());
    let id: HubId = hub.tenant.hub.parse::<Uuid>().unwrap().into();
    let known = async || identities.hub(id).await.unwrap().unwrap();
    while !Arc::ptr_eq(&known().await, &known().await) {
        tokio::task::yield_now().await;
    }
    stop.cancel();
    let limits = Limits {
        queue: 100,
        batch: 10,
        committers: 1,
    };
    let nobody_to_wake: Arc<dyn Fn() + Send + Sync> = Arc::new(|| {});
    let (refusals, _) = RefusalLog::start(world.ground.clone(), pool.clone(), CancellationToken::new());
    let intake = Intake::new(
        world.ground.clone(),
        world.database.clone(),
        identities.clone(),
        Committer::start(&pool, limits, &nobody_to_wake),
        refusals,
        "https://vitalwire.example".to_owned(),
        IntakeLimits {
            queue: 100,
            batch: 10,
            committers: 1,
            single_bytes: 16 << 10,
            batch_bytes: 4 << 20,
            bodies_bytes: 1 << 20,
            rates: RatesConfig::NONE,
        },
    );
    let take = async |body: &[u8]| {
        let token = hub.key.sign(&header(), &hub.claims(PATH, body));
        let head = intake.prove_head(Some(&token), "POST", PATH).await.unwrap();
        {
            let proof = head.over(body).unwrap();
            intake.hub_batch(&proof, &Body::plain(body)).await.unwrap()
        }
    };
    let known_device = batch(&[blood_pressure("S-a")]);
    let taken = take(&known_device).await;
    assert!(
        matches!(&taken, HubOutcome::Verdicts(verdicts) if matches!(verdicts[..], [ItemVerdict::Accepted(_)])),
        "{taken:?}"
    );

    claim_and_confirm(&world, &hub.tenant, &Key::new()).await;
    assert_eq!(known().await.public_key, hub.key.public, "it has heard nothing");
    world.clock.advance(TimeDelta::milliseconds(900));
    let unknown_device = batch(&[blood_pressure("S-nobody")]);
    for body in [known_device.as_slice(), &unknown_device, b"no envelope"] {
        let refused = take(body).await;
        assert!(matches!(refused, HubOutcome::OtherKey), "{refused:?}");
    }
    let stored: Vec<i64> =
        sqlx::query_scalar("select count(*) from reading union all select count(*) from quarantine")
            .fetch_all(&world.sql)
            .await
            .unwrap();
    assert_eq!(stored, [1, 0]);
}
