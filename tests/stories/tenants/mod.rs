//! Nothing of another customer can be read, changed or guessed: through the API, the pages, the live stream, or a query
//! whose author forgot whom it is for.

mod api;
mod database;
mod pages;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use vitalwire_hub::HubState;
use vitalwire_tests::kinds::reading;
use vitalwire_tests::{ClaimedHub, Customer, Device, Portal, Receiver, World, id, now};

/// A customer with one of everything.
struct Tenant {
    customer: Customer,
    device: Device,
    hub: ClaimedHub,
    endpoint: String,
    /// One by the device's token, one through the hub.
    readings: [String; 2],
    /// On the dead-letter shelf.
    delivery: String,
    receiver: Receiver,
}

/// Words and numbers of B's that occur nowhere else.
const B_WORDS: [&str; 6] = [
    "Birchwood",
    "birchwood@",
    "B-scale-7731",
    "B-hub-4402",
    "287.91",
    "288.13",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_another_customer_can_be_read_or_changed() {
    let world = World::new().await;
    let model = world.model("Scale N", &["weight"], "bluetooth").await;
    let a = tenant(
        &world,
        "Ashgrove",
        &model,
        "A-scale-1180",
        "A-hub-9915",
        [71.25, 72.5],
    )
    .await;
    let b = tenant(
        &world,
        "Birchwood",
        &model,
        "B-scale-7731",
        "B-hub-4402",
        [287.91, 288.13],
    )
    .await;
    let portal = Portal::sign_in(&world.server.url(), &a.customer.email).await;
    pages::a_live_page_shows_its_own_customer_alone(&world, &portal, &a, &b).await;

    let mut owner = world.server.owner().await;
    let secrets = database::everything_that_names(&mut owner, &b.customer.id).await;
    assert!(secrets.len() > 20, "{secrets:?}");
    let before = database::rows_of(&mut owner, &b.customer.id).await;
    let watch = Watch { words: secrets };

    database::a_forgotten_filter_shows_nothing_foreign(&world, &a.customer.id, &b.customer.id).await;
    api::every_operation(&world, &a, &b, &watch).await;
    pages::every_page(&portal, &a, &b, &watch).await;
    crossed_credentials(&world, &a, &b).await;

    let after = database::rows_of(&mut owner, &b.customer.id).await;
    for (table, rows) in &before {
        assert_eq!(rows, &after[table], "B's rows in {table} have changed");
    }
    for table in [
        "device",
        "hub",
        "endpoint",
        "reading",
        "event",
        "delivery",
        "delivery_attempt",
        "user_account",
    ] {
        assert!(
            !before[table].is_empty(),
            "B has nothing in {table}, so nothing was shown for it"
        );
    }
}

/// Looks for B in everything that reaches A.
struct Watch {
    words: Vec<String>,
}

impl Watch {
    #[track_caller]
    fn check(&self, what: &str, seen: &str) {
        let words = self.words.iter().map(String::as_str).chain(B_WORDS);
        let found: Vec<&str> = words.filter(|word| seen.contains(word)).collect();
        assert!(
            found.is_empty(),
            "{what} names {found:?} of another customer:\n{seen}"
        );
    }
}

async fn tenant(
    world: &World,
    name: &str,
    model: &str,
    serial: &str,
    hub: &str,
    weights: [f64; 2],
) -> Tenant {
    let customer = world.customer(name).await;
    let receiver = Receiver::start();
    let (endpoint, _) = world.endpoint(&customer, receiver.url()).await;
    let device = world.device(&customer, model, serial).await;
    let hub = world.active_hub(&customer, hub).await;
    let weigh = |kilograms: f64| {
        let mut weight = reading(serial, "weight", now());
        weight["values"] = json!({"weight": kilograms});
        weight
    };
    let first = id(&device.client.post("/v1/telemetry", &weigh(weights[0])).await.ok());
    receiver.wait_for_reading(&first).await;
    // The second waits for a retry, from where it is put on the shelf.
    receiver.answer_next(&[500]);
    let batch = json!({"readings": [weigh(weights[1])]}).to_string().into_bytes();
    let second = id(&hub.post(&batch).await.ok()["verdicts"][0]);
    receiver.wait_for_reading(&second).await;
    let delivery = shelve(world, &customer.id).await;
    // A refusal of its own.
    let wrong = json!({"device": serial, "kind": "weight", "values": {"weight": "heavy"}});
    assert_eq!(device.client.post("/v1/telemetry", &wrong).await.status, 422);
    settled(world, &customer.id).await;
    Tenant {
        customer,
        device,
        hub,
        endpoint,
        readings: [first, second],
        delivery,
        receiver,
    }
}

/// Gives up the delivery that has just failed, as the end of its schedule would.
async fn shelve(world: &World, customer: &str) -> String {
    let mut owner = world.server.owner().await;
    let shelved = "with given_up as (
          update delivery set state = 'dead' where customer_id = $1::uuid and attempt > 0 and lease_until is null
          returning id, customer_id, event_sequences
        ), told as (
          update event e set delivery_state = 'dead' from given_up d
          where e.customer_id = d.customer_id and e.sequence = any(d.event_sequences)
        )
        select id::text from given_up";
    for _ in 0..200 {
        let row = sqlx::query_scalar(shelved)
            .bind(customer)
            .fetch_optional(&mut owner)
            .await
            .unwrap();
        if let Some(id) = row {
            return id;
        }
        // The attempt is written down behind the answer; no event tells another process when.
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the failed delivery did not come back");
}

/// Comes back once everything that is written behind an answer is there: the refusal, both attempts, no delivery on its
/// way.
async fn settled(world: &World, customer: &str) {
    let mut owner = world.server.owner().await;
    for _ in 0..500 {
        let behind: bool = sqlx::query_scalar(
            "select (select count(*) from refusal where customer_id = $1::uuid) < 1
               or (select count(*) from delivery_attempt where customer_id = $1::uuid) < 2
               or exists (select from delivery where customer_id = $1::uuid and state <> 'dead')
               or exists (select from event where customer_id = $1::uuid and delivery_state not in ('delivered', 'dead'))",
        )
        .bind(customer)
        .fetch_one(&mut owner)
        .await
        .unwrap();
        if !behind {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("what is written behind the answers did not come");
}

/// A's device and A's hub cannot speak for B's device.
async fn crossed_credentials(world: &World, a: &Tenant, b: &Tenant) {
    let as_b = reading(&b.device.serial, "weight", now());
    let answer = a.device.client.post("/v1/telemetry", &as_b).await;
    assert_eq!(
        (answer.status, answer.problem()),
        (403, "token-of-another-device"),
        "{}",
        answer.text
    );
    assert!(
        !answer.everything().contains(&b.customer.id),
        "{}",
        answer.everything()
    );
    assert_eq!(a.hub.verdicts(&[as_b]).await, ["quarantined: unknown_device"]);
    let signed = a.hub.token("GET", "/v1/hubs/me", b"");
    let me = world.anyone.with_token(&signed).get("/v1/hubs/me").await.ok();
    let served: Vec<&Value> = me["devices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|device| &device["serial"])
        .collect();
    assert_eq!(served, [&json!(a.device.serial)]);
    // Whoever found a claim code is told of no device before a person has confirmed the key.
    let waiting = world.claimed_hub(&a.customer, "A-waiting").await;
    let signed = waiting.token("GET", "/v1/hubs/me", b"");
    let me = world.anyone.with_token(&signed).get("/v1/hubs/me").await.ok();
    assert_eq!((&me["state"], &me["devices"]), (&json!("claimed"), &json!([])));
    // Nor after it was refused.
    let path = format!("/api/v1/hubs/{}", waiting.id);
    let refused = a.customer.user.patch(&path, &json!({"state": "inactive"})).await;
    assert_eq!(refused.status, 200, "{}", refused.text);
    waiting.wait_until(HubState::Inactive).await;
    let signed = waiting.token("GET", "/v1/hubs/me", b"");
    let me = world.anyone.with_token(&signed).get("/v1/hubs/me").await.ok();
    assert_eq!((&me["state"], &me["devices"]), (&json!("inactive"), &json!([])));
}

/// Rows by table, each as JSON.
type Rows = BTreeMap<String, Vec<String>>;
