//! A hub is claimed, compared, believed for exactly what it signs, and never refused for what it sends.

mod pulse;
mod strangers;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use sqlx::Row;
use tokio_util::sync::CancellationToken;
use vitalwire_hub::{
    CallError, ClaimError, HubState, Item, Ledger, MemoryLedger, Phase, SystemClock, SystemRandom, Uplink,
    UplinkOptions, Verdict,
};
use vitalwire_tests::kinds::{KINDS, reading, time};
use vitalwire_tests::{Answer, ClaimedHub, Customer, Receiver, World, now};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hub_is_claimed_once_and_counts_only_when_its_key_was_compared() {
    let world = World::new().await;
    let customer = world.customer("Claimants").await;
    let (_, stranger) = world.identity("stranger");
    let unnamed = world.unnamed_hub(Arc::new(SystemClock));
    let wrong = unnamed.claim(&stranger, &"0000-0000-0000".parse().unwrap()).await;
    assert!(matches!(wrong, Err(ClaimError::UnknownCode)), "{wrong:?}");

    let old = world.hub(&customer, "C-old").await;
    let mut owner = world.server.owner().await;
    let eleven_minutes = "update hub_claim_code set created_at = created_at - interval '11 minutes',
        expires_at = expires_at - interval '11 minutes'";
    sqlx::query(eleven_minutes).execute(&mut owner).await.unwrap();
    let expired = unnamed.claim(&stranger, &old.claim_code.parse().unwrap()).await;
    assert!(matches!(expired, Err(ClaimError::UnknownCode)), "{expired:?}");

    let hub = world.claimed_hub(&customer, "C-1").await;
    assert_eq!(hub.client.me().await.unwrap().state, HubState::Claimed);
    unconfirmed_hub_keeps_its_readings(&world, &customer, &hub).await;
    used_codes_are_worth_nothing(&world, &customer).await;
    guessing_is_throttled(&world).await;
}

async fn unconfirmed_hub_keeps_its_readings(world: &World, customer: &Customer, hub: &ClaimedHub) {
    let model = world.model("Scale C", &["weight"], "bluetooth").await;
    world.device(customer, &model, "C-scale").await;
    let ledger = Arc::new(MemoryLedger::new(10));
    ledger
        .push(Item::from_json(reading("C-scale", "weight", now()).to_string()).unwrap())
        .await
        .unwrap();
    let options = UplinkOptions {
        first_wait: Duration::from_millis(50),
        ..UplinkOptions::default()
    };
    let uplink = Uplink::new(
        Arc::clone(&ledger),
        Arc::clone(&hub.client),
        Arc::new(SystemRandom::new()),
        options,
    );
    let (mut status, stop) = (uplink.status(), CancellationToken::new());
    let running = tokio::spawn(uplink.run(stop.clone()));
    status
        .wait_for(|status| status.phase == Phase::NotConfirmed)
        .await
        .unwrap();
    assert_eq!(
        (
            ledger.len(),
            count(world, "reading").await,
            count(world, "quarantine").await
        ),
        (1, 0, 0)
    );

    let confirm = format!("/api/v1/hubs/{}/confirm", hub.id);
    let other = customer
        .user
        .post(&confirm, &json!({"fingerprint": "00:11:22"}))
        .await;
    assert_eq!(other.status, 409, "{}", other.text);
    let shown = customer.user.get(&format!("/api/v1/hubs/{}", hub.id)).await.ok();
    let fingerprint = json!(hub.identity.fingerprint());
    assert_eq!(
        (&shown["fingerprint"], &shown["state"]),
        (&fingerprint, &json!("claimed"))
    );
    assert_eq!(ledger.len(), 1, "another fingerprint confirms nothing");
    customer
        .user
        .post(&confirm, &json!({"fingerprint": fingerprint}))
        .await
        .ok();
    status.wait_for(|status| status.accepted == 1).await.unwrap();
    assert_eq!((ledger.len(), count(world, "reading").await), (0, 1));
    stop.cancel();
    running.await.unwrap();
    let known = hub.client.me().await.unwrap();
    assert_eq!(known.state, HubState::Active);
    assert_eq!(
        known
            .devices
            .iter()
            .map(|device| device.serial.as_str())
            .collect::<Vec<_>>(),
        ["C-scale"]
    );
}

/// From another place than the hubs before, because claims are throttled per place.
async fn used_codes_are_worth_nothing(world: &World, customer: &Customer) {
    let elsewhere = world.anyone.at([127, 0, 0, 2]);
    let hub = world.hub(customer, "C-2").await;
    let (_, identity) = world.identity("C-2");
    let claim = json!({"code": hub.claim_code.to_lowercase().replace('-', " "), "public_key": identity.public_key_text()});
    assert_eq!(
        elsewhere.post("/v1/hubs/claim", &claim).await.status,
        201,
        "a code survives being typed"
    );
    let used = elsewhere.post("/v1/hubs/claim", &claim).await;
    assert_eq!((used.status, used.problem()), (404, "unknown-claim-code"));

    let again = customer
        .user
        .post(&format!("/api/v1/hubs/{}/claim-code", hub.id), &json!({}))
        .await
        .ok();
    customer
        .user
        .post(&format!("/api/v1/hubs/{}/claim-code", hub.id), &json!({}))
        .await
        .ok();
    let voided = json!({"code": again["code"], "public_key": identity.public_key_text()});
    assert_eq!(
        elsewhere.post("/v1/hubs/claim", &voided).await.status,
        404,
        "a newer code voids the older one"
    );
    let short = json!({"code": "7F3K-92MX-QT4A", "public_key": "AAAA"});
    let short = elsewhere.post("/v1/hubs/claim", &short).await;
    assert_eq!((short.status, short.problem()), (422, "bad-public-key"));
}

async fn guessing_is_throttled(world: &World) {
    let guesser = world.anyone.at([127, 0, 0, 3]);
    let (_, identity) = world.identity("guesser");
    let guess = json!({"code": "AAAA-AAAA-AAAA", "public_key": identity.public_key_text()});
    let mut answers = Vec::new();
    for _ in 0..8 {
        answers.push(guesser.post("/v1/hubs/claim", &guess).await);
    }
    let last = answers.last().unwrap();
    assert_eq!((last.status, last.problem()), (429, "too-many-claims"));
    assert!(last.headers.contains("retry-after: "), "{}", last.headers);
    assert!(answers.iter().filter(|answer| answer.status == 404).count() <= 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_hub_signs_is_taken_item_by_item_and_nothing_is_refused_for_its_content() {
    let world = World::new().await;
    let (customer, other) = (
        world.customer("Signers").await,
        world.customer("Neighbours").await,
    );
    let receiver = Receiver::start();
    world.endpoint(&customer, receiver.url()).await;
    let model = world.model("Everything", &KINDS, "bluetooth").await;
    let device = world.device(&customer, &model, "S-all").await;
    world.device(&other, &model, "S-foreign").await;
    let hub = world.active_hub(&customer, "S-hub").await;
    let at = now();

    let items: Vec<Value> = KINDS.iter().map(|kind| reading("S-all", kind, at)).collect();
    let body = json!({"readings": items}).to_string().into_bytes();
    let accepted = hub.client.telemetry(&body, items.len()).await.unwrap();
    let ids = ids(&accepted);
    assert!(
        accepted
            .iter()
            .all(|verdict| matches!(verdict, Verdict::Accepted { .. })),
        "{accepted:?}"
    );
    for id in &ids {
        let delivered = receiver.wait_for_reading(id).await.json();
        assert_eq!(
            (&delivered["data"]["proof"], &delivered["data"]["hub"]["id"]),
            (&json!("hub_signed"), &json!(hub.id))
        );
    }
    let again = hub.client.telemetry(&body, items.len()).await.unwrap();
    assert!(
        again
            .iter()
            .all(|verdict| matches!(verdict, Verdict::Duplicate { .. })),
        "{again:?}"
    );
    assert_eq!(
        self::ids(&again),
        ids,
        "a duplicate is answered with the id it had"
    );
    // The same reading by the device's own token is the same reading.
    let direct = device.client.post("/v1/telemetry", &items[1]).await;
    assert_eq!(
        (direct.status, direct.body["id"].as_str()),
        (200, Some(ids[1].as_str())),
        "{}",
        direct.text
    );

    mixed_batch(&world, &customer, &other, &hub).await;
    bad_bytes_cost_one_item(&world, &hub).await;
    odd_envelopes(&world, &hub).await;
    deactivation_holds_from_the_next_commit_on(&world, &customer, &hub).await;
    it_is_known_when_a_hub_was_heard(&world, &customer).await;
}

/// By asking for itself as much as by sending, and written once a minute, not at every call.
async fn it_is_known_when_a_hub_was_heard(world: &World, customer: &Customer) {
    let silent = world.claimed_hub(customer, "S-silent").await;
    let hub = world.claimed_hub(customer, "S-heard").await;
    let seen = async |hub: &ClaimedHub| {
        let shown = customer.user.get(&format!("/api/v1/hubs/{}", hub.id)).await.ok();
        shown["last_seen_at"].as_str().map(time_of)
    };
    assert_eq!(
        seen(&hub).await,
        None,
        "it has claimed itself and proved nothing yet"
    );
    let mut owner = world.server.owner().await;
    let epoch = "select epoch from registry_epoch";
    let before: i64 = sqlx::query_scalar(epoch).fetch_one(&mut owner).await.unwrap();
    hub.client.me().await.unwrap();
    let heard = async |hub: &ClaimedHub| loop {
        if let Some(at) = seen(hub).await {
            break at;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let first = heard(&hub).await;
    assert_eq!(seen(&silent).await, None, "only who was heard");
    assert!((now() - first).num_seconds().abs() < 10, "{first}");
    let unchanged = "select count(*) from hub where id = $1::uuid and last_seen_at = $2";
    // What waits to be written is written together, so what is known of the second would be so of the first.
    hub.client.me().await.unwrap();
    silent.client.me().await.unwrap();
    heard(&silent).await;
    let kept: i64 = sqlx::query_scalar(unchanged)
        .bind(&hub.id)
        .bind(first)
        .fetch_one(&mut owner)
        .await
        .unwrap();
    assert_eq!(kept, 1, "not written again within the minute");
    let after: i64 = sqlx::query_scalar(epoch).fetch_one(&mut owner).await.unwrap();
    assert_eq!(after, before, "being heard is no change of the registry");
}

fn time_of(text: &str) -> chrono::DateTime<chrono::Utc> {
    text.parse().unwrap()
}

fn ids(verdicts: &[Verdict]) -> Vec<String> {
    let id = |verdict: &Verdict| match verdict {
        Verdict::Accepted { id } | Verdict::Duplicate { id } => id.to_string(),
        other => panic!("{other:?}"),
    };
    verdicts.iter().map(id).collect()
}

async fn mixed_batch(world: &World, customer: &Customer, other: &Customer, hub: &ClaimedHub) {
    let at = now();
    let mut implausible = reading("S-all", "weight", at);
    implausible["values"]["weight"] = json!(9000);
    let mut unit = reading("S-all", "weight", at);
    unit["values"]["weight"] = json!({"value": 70, "unit": "mmHg"});
    let mut late = reading("S-all", "temperature", at);
    late["values"]["temperature"] = json!(37.1);
    let mut twice = late.clone();
    twice["hub_time"] = json!(time(at));
    let items = [
        reading("S-nobody", "weight", at),
        reading("S-foreign", "weight", at),
        implausible,
        json!({"device": "S-all", "kind": 7, "measured_at": time(at)}),
        unit,
        json!("no object at all"),
        late,
        twice,
    ];
    let before = count(world, "reading").await;
    assert_eq!(
        hub.verdicts(&items).await,
        [
            "quarantined: unknown_device",
            // Whose it is stays unsaid.
            "quarantined: unknown_device",
            "quarantined: implausible",
            "quarantined: undecodable",
            "quarantined: undecodable",
            "quarantined: undecodable",
            "accepted",
            "duplicate",
        ]
    );
    assert_eq!(
        count(world, "reading").await,
        before + 1,
        "a broken item breaks no other"
    );
    assert_eq!(count(world, "quarantine").await, 6);
    let dated: Vec<Value> = items.iter().filter(|item| item.is_object()).cloned().collect();
    hub.verdicts(&dated).await;
    assert_eq!(
        count(world, "quarantine").await,
        6,
        "what is sent again fills no shelf"
    );

    let mut owner = world.server.owner().await;
    let rows = sqlx::query("select customer_id::text, device_id::text, reason, item_sealed, jwt from quarantine where serial = 'S-foreign'")
        .fetch_one(&mut owner)
        .await
        .unwrap();
    assert_eq!(
        rows.get::<Option<String>, _>(0),
        Some(customer.id.clone()),
        "it lies with the customer whose hub it was"
    );
    assert_eq!(
        rows.get::<Option<String>, _>(1),
        None,
        "without a trace of the other's device"
    );
    assert_eq!(rows.get::<String, _>(2), "unknown_device");
    for (who, path) in [
        (other, "/api/v1/devices"),
        (other, "/api/v1/refusals"),
        (other, "/api/v1/hubs"),
    ] {
        let seen = who.user.get(path).await;
        assert!(
            !seen.text.contains(&hub.id) && !seen.text.contains("S-hub"),
            "{path}: {}",
            seen.text
        );
    }
    let foreign: String =
        world.admin.get("/api/v1/devices?q=S-foreign").await.ok()["data"][0]["id"].to_string();
    let readings = other
        .user
        .get(&format!("/api/v1/devices/{}/readings", foreign.trim_matches('"')))
        .await
        .ok();
    assert_eq!(
        readings["data"],
        json!([]),
        "another's hub cannot write into a customer's history"
    );
}

/// One text that is no UTF-8 and one item that is no JSON, each between good ones.
async fn bad_bytes_cost_one_item(world: &World, hub: &ClaimedHub) {
    let (readings, shelf) = (count(world, "reading").await, count(world, "quarantine").await);
    let good = |minutes| {
        reading(
            "S-all",
            "temperature",
            now() - chrono::TimeDelta::minutes(minutes),
        )
        .to_string()
    };
    let body = [
        b"{\"readings\":[".as_slice(),
        good(11).as_bytes(),
        b",{\"device\":\"S-\xff\xfe\",\"kind\":\"weight\",\"values\":{}},",
        good(12).as_bytes(),
        b",{\"device\":\"S-all\",\"kind\":},",
        good(13).as_bytes(),
        b"]}",
    ]
    .concat();
    let answer = hub.post(&body).await.ok();
    let told: Vec<_> = answer["verdicts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|verdict| verdict["status"].as_str().unwrap())
        .collect();
    assert_eq!(
        told,
        ["accepted", "quarantined", "accepted", "quarantined", "accepted"]
    );
    assert_eq!(
        (count(world, "reading").await, count(world, "quarantine").await),
        (readings + 3, shelf + 2)
    );
    let mut owner = world.server.owner().await;
    let kept: i64 = sqlx::query_scalar(
        "select count(distinct m.id) from raw_message m join quarantine q on q.raw_id = m.id
         join reading r on r.raw_id = m.id where q.reason = 'undecodable' and length(m.body_sealed) > $1
           and m.id = (select raw_id from quarantine order by received_at desc limit 1)",
    )
    .bind(i32::try_from(body.len()).unwrap())
    .fetch_one(&mut owner)
    .await
    .unwrap();
    assert_eq!(kept, 1, "the batch is kept as it came, for the good and the bad");
}

async fn odd_envelopes(world: &World, hub: &ClaimedHub) {
    let before = count(world, "quarantine").await;
    for body in [&b"{\"readings\": [{]}"[..], b"\xff\xfe", b"", b"[1, 2, 3]"] {
        let answer = hub.post(body).await;
        assert_eq!(
            (answer.status, &answer.body["quarantined"]),
            (200, &json!(true)),
            "{}",
            answer.text
        );
    }
    assert_eq!(
        count(world, "quarantine").await,
        before + 4,
        "signed but unreadable is kept whole"
    );

    let many: Vec<Value> = (0..1_001).map(|_| reading("S-all", "weight", now())).collect();
    let answer = hub.post(json!({"readings": many}).to_string().as_bytes()).await;
    assert_eq!(
        (answer.status, answer.problem()),
        (413, "batch-too-large"),
        "{}",
        answer.text
    );
    let huge = vec![b' '; 5 << 20];
    assert_eq!(hub.post(&huge).await.status, 413);
    assert_eq!(hub.verdicts(&[]).await, Vec::<String>::new());

    // The token is kept as it was sent, beside the raw message.
    let body = json!({"readings": [reading("S-all", "oximetry", now())]}).to_string();
    let token = hub.token("POST", "/v1/hubs/telemetry", body.as_bytes());
    assert_eq!(
        hub.post_with(&token, body.as_bytes()).await.ok()["verdicts"][0]["status"],
        "accepted"
    );
    let mut owner = world.server.owner().await;
    let kept: i64 = sqlx::query_scalar(
        "select count(*) from raw_message m join reading r on r.raw_id = m.id where m.jwt = $1 and m.hub_id = $2::uuid and r.kind = 'oximetry'",
    )
    .bind(&token)
    .bind(&hub.id)
    .fetch_one(&mut owner)
    .await
    .unwrap();
    assert_eq!(kept, 1);
}

async fn deactivation_holds_from_the_next_commit_on(world: &World, customer: &Customer, hub: &ClaimedHub) {
    let before = count(world, "reading").await;
    let path = format!("/api/v1/hubs/{}", hub.id);
    customer
        .user
        .patch(&path, &json!({"state": "inactive"}))
        .await
        .ok();
    let item = reading("S-all", "heart_rate", now());
    let body = json!({"readings": [item]}).to_string().into_bytes();
    let refused: Answer = hub.post(&body).await;
    assert_eq!(
        (refused.status, refused.problem()),
        (403, "hub-inactive"),
        "{}",
        refused.text
    );
    let refused = hub.client.telemetry(&body, 1).await;
    assert!(matches!(refused, Err(CallError::Inactive)), "{refused:?}");
    assert_eq!(count(world, "reading").await, before);
    customer.user.patch(&path, &json!({"state": "active"})).await.ok();
    hub.wait_until(HubState::Active).await;
    assert_eq!(hub.verdicts(&[item]).await, ["accepted"]);
}

async fn count(world: &World, table: &'static str) -> i64 {
    let mut owner = world.server.owner().await;
    let sql = match table {
        "reading" => "select count(*) from reading",
        _ => "select count(*) from quarantine",
    };
    sqlx::query_scalar(sql)
        .fetch_one(&mut owner)
        .await
        .expect("the table can be counted")
}
