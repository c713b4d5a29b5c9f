//! What a hub learns of devices that are not its customer's: nothing. Whatever is wrong with a reading of one, it is
//! answered and kept like a reading of a serial that nobody has.

use chrono::TimeDelta;
use serde_json::{Value, json};
use sqlx::Row;
use vitalwire_tests::kinds::{reading, time};
use vitalwire_tests::{ClaimedHub, Customer, Portal, World, now};

/// As long as the serials that somebody has, so that nothing else differs.
const NOBODY: &str = "X-nobody";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_serial_that_others_have_looks_like_one_that_nobody_has() {
    let world = World::new().await;
    let (customer, other) = (world.customer("Curious").await, world.customer("Guessed").await);
    let model = world
        .model("Scale X", &["weight", "blood_pressure"], "bluetooth")
        .await;
    let hub = world.active_hub(&customer, "X-hub").await;
    let hours = |hours| now() - TimeDelta::hours(hours);

    world.device(&other, &model, "X-active").await;
    let inactive = world.device(&other, &model, "X-switch").await;
    let off = json!({"state": "inactive"});
    let path = format!("/api/v1/devices/{}", inactive.id);
    other.user.patch(&path, &off).await.ok();
    let moved = world.device(&other, &model, "X-moved-").await;
    let third = world.customer("Third").await;
    assign(&world, &moved.id, &third, 1).await;
    let former = world.device(&customer, &model, "X-former").await;
    assign(&world, &former.id, &other, 1).await;
    let fresh = json!({"maker": "Acme", "serial": "X-fresh-", "model_id": model, "customer_id": other.id,
        "assigned_since": time(hours(1)), "state": "active"});
    world.admin.post("/api/v1/devices", &fresh).await.ok();
    let stock = json!({"maker": "Acme", "serial": "X-stock-", "model_id": model});
    world.admin.post("/api/v1/devices", &stock).await.ok();

    // Its customer held this one: what it measured then is taken, and known when it comes again.
    let kept = reading("X-former", "weight", hours(3));
    let twice = hub.verdicts(&[kept.clone(), kept]).await;
    assert_eq!(twice, ["accepted", "duplicate"]);

    let cases = cases();
    for serial in [
        "X-active", "X-switch", "X-moved-", "X-former", "X-fresh-", "X-stock-",
    ] {
        for (name, item) in &cases {
            let (theirs, nobody_s) = (item(serial), item(NOBODY));
            // The one reading that a former holder's hub may bring.
            if serial == "X-former" && *name == "two hours ago" {
                assert_eq!(hub.verdicts(&[theirs]).await, ["accepted"]);
                continue;
            }
            let (answered, kept) = told(&world, &hub, theirs).await;
            let (expected, like_this) = told(&world, &hub, nobody_s).await;
            assert_eq!(answered, expected, "{serial}, {name}");
            assert_eq!(kept, like_this, "{serial}, {name}");
            assert!(!kept.contains(&other.id) && !kept.contains(serial), "{kept}");
        }
    }
    support_sees_whose_it_is_not(&world, &hub).await;
    its_own_devices_are_told_of(&world, &customer, &hub, &model).await;
}

/// Kept without a trace, and yet "why did nothing arrive?" has an answer.
async fn support_sees_whose_it_is_not(world: &World, hub: &ClaimedHub) {
    hub.verdicts(&[
        reading("X-active", "weight", now()),
        reading(NOBODY, "weight", now()),
    ])
    .await;
    let portal = Portal::sign_in(&world.server.url(), "admin@example.org").await;
    let shelf = async |serial: &str| portal.get(&format!("/admin/quarantine?q={serial}")).await.html;
    for (serial, is_known) in [("X-active", true), (NOBODY, false)] {
        let shelf = shelf(serial).await;
        assert!(shelf.contains(serial), "{shelf}");
        assert_eq!(
            shelf.contains("not held by this customer, but known"),
            is_known,
            "{shelf}"
        );
    }
}

/// A device changes hands, some hours ago.
async fn assign(world: &World, device: &str, to: &Customer, hours_ago: i64) {
    let from = time(now() - TimeDelta::hours(hours_ago));
    let assignment = json!({"customer_id": to.id, "from": from});
    let path = format!("/api/v1/devices/{device}/assignments");
    world.admin.post(&path, &assignment).await.ok();
}

type Case = (&'static str, Box<dyn Fn(&str) -> Value>);

/// Everything that can be wrong with a reading, and nothing.
fn cases() -> Vec<Case> {
    let with = |name: &'static str, change: fn(&mut Value)| -> Case {
        let item = move |serial: &str| {
            let mut item = reading(serial, "weight", now());
            change(&mut item);
            item
        };
        (name, Box::new(item))
    };
    vec![
        with("good", |_| {}),
        with("two hours ago", |item| {
            item["measured_at"] = json!(time(now() - TimeDelta::hours(2)));
        }),
        with("implausible", |item| item["values"]["weight"] = json!(9_000)),
        with("bad unit", |item| {
            item["values"]["weight"] = json!({"value": 70, "unit": "mmHg"});
        }),
        with("unknown value", |item| item["values"]["mood"] = json!(3)),
        with("missing value", |item| item["values"] = json!({})),
        with("a time that cannot be true", |item| {
            item["measured_at"] = json!("1999-12-31T23:59:59Z");
        }),
        with("no time", |item| {
            item["measured_at"] = Value::Null;
        }),
        with("named maker", |item| item["maker"] = json!("Acme")),
        with("another maker", |item| item["maker"] = json!("Emca")),
    ]
}

/// What the hub is answered, and everything about the rows that are kept for it but when, the item's bytes and its serial.
async fn told(world: &World, hub: &ClaimedHub, item: Value) -> (Vec<String>, String) {
    let serial = item["device"].as_str().unwrap().to_owned();
    let mut owner = world.server.owner().await;
    sqlx::query("delete from quarantine")
        .execute(&mut owner)
        .await
        .unwrap();
    let verdicts = hub.verdicts(&[item]).await;
    let rows = sqlx::query(
        "select (to_jsonb(q) - array['id', 'received_at', 'serial', 'item_sealed', 'item_hmac', 'raw_id', 'jwt'])::text,
           q.serial, m.customer_id::text, m.device_id::text
         from quarantine q join raw_message m on m.id = q.raw_id",
    )
    .fetch_all(&mut owner)
    .await
    .unwrap();
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            assert_eq!(row.get::<String, _>(1), serial);
            let [customer, device] = [2, 3].map(|column| row.get::<Option<String>, _>(column));
            format!("{} {customer:?} {device:?}", row.get::<String, _>(0))
        })
        .collect();
    assert_eq!(rows.len(), 1, "{verdicts:?}: {rows:?}");
    (verdicts, rows.concat())
}

/// The hub of whoever holds the device is told what is wrong, and support sees which device it was.
async fn its_own_devices_are_told_of(world: &World, customer: &Customer, hub: &ClaimedHub, model: &str) {
    let own = world.device(customer, model, "X-own---").await;
    let mut seen = Vec::new();
    for (name, item) in cases() {
        if [
            "good",
            "two hours ago",
            "named maker",
            "a time that cannot be true",
            "no time",
        ]
        .contains(&name)
        {
            continue;
        }
        let (verdicts, row) = told(world, hub, item("X-own---")).await;
        let is_named = row.contains(&own.id);
        seen.push((name, verdicts[0].clone(), is_named));
    }
    assert_eq!(
        seen,
        [
            ("implausible", "quarantined: implausible", true),
            ("bad unit", "quarantined: undecodable", true),
            ("unknown value", "quarantined: undecodable", true),
            ("missing value", "quarantined: undecodable", true),
            ("another maker", "quarantined: unknown_device", false),
        ]
        .map(|(name, verdict, is_named)| (name, verdict.to_owned(), is_named))
    );
}
