//! For whom a device's token speaks: a device that changes hands takes no power with it, neither over its next holder nor
//! over the one before.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use vitalwire_tests::kinds::{reading, time};
use vitalwire_tests::{Client, Customer, Server, World, id, now};

/// A device that moved from one customer to another three hours ago.
struct Moved {
    /// Started after the move.
    other: Server,
    world: World,
    before: Customer,
    after: Customer,
    device: String,
}

const SERIAL: &str = "K-1";

impl Moved {
    /// `issue` makes the token that the device has when it moves.
    async fn new(issue: impl AsyncFnOnce(&World, &Customer) -> (String, Client)) -> (Self, Client) {
        let world = World::new().await;
        let (before, after) = (world.customer("Before").await, world.customer("After").await);
        let (device, client) = issue(&world, &before).await;
        assert_eq!(send(&client, hours(4)).await["status"], "accepted");
        let moved = json!({"customer_id": after.id, "from": time(hours(3))});
        let moved = world
            .admin
            .post(&format!("/api/v1/devices/{device}/assignments"), &moved)
            .await;
        assert_eq!(moved.status, 201, "{}", moved.text);
        let moved = Self {
            other: world.server.beside().await,
            world,
            before,
            after,
            device,
        };
        (moved, client)
    }

    async fn token_of(&self, user: &Client) -> Client {
        let path = format!("/api/v1/devices/{}/token", self.device);
        let issued = user.post(&path, &json!({})).await.ok();
        self.world
            .anyone
            .with_token(issued["token"].as_str().expect("a token"))
    }

    /// To a server that may remember how it was before the move, and to one that has known it so from the beginning.
    async fn send_to_both(&self, client: &Client, at: DateTime<Utc>) -> [Value; 2] {
        [
            send(client, at).await,
            send(&client.on(&self.other.url()), at + TimeDelta::milliseconds(1)).await,
        ]
    }

    /// The device's readings that lie in quarantine because they have no owner, and how many of them nobody may see.
    async fn set_aside(&self) -> (i64, i64) {
        let sql = "select count(*), count(*) filter (where customer_id is null and distributor_id is null) from quarantine
            where reason = 'no_owner' and device_id = $1::uuid";
        sqlx::query_as(sql)
            .bind(&self.device)
            .fetch_one(&mut self.world.server.owner().await)
            .await
            .expect("a count")
    }
}

fn hours(hours: i64) -> DateTime<Utc> {
    now() - TimeDelta::hours(hours)
}

async fn send(client: &Client, at: DateTime<Utc>) -> Value {
    let answer = client.post("/v1/telemetry", &reading(SERIAL, "weight", at)).await;
    assert!(
        [200, 202].contains(&answer.status),
        "{}: {}",
        answer.status,
        answer.text
    );
    answer.body
}

/// What the customer's own pages and integrations see of the device.
async fn history(customer: &Customer, device: &str) -> Vec<String> {
    let path = format!("/api/v1/devices/{device}/readings");
    let page = customer.user.get(&path).await.ok();
    page["data"].as_array().expect("a list").iter().map(id).collect()
}

fn nobody_s() -> Value {
    json!({"status": "quarantined", "reason": "no_owner"})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_of_before_the_move_speaks_for_the_time_before_it_alone() {
    let (moved, old) = Moved::new(async |world, before| {
        let model = world.model("Scale K", &["weight"], "cellular").await;
        let device = world.device(before, &model, SERIAL).await;
        (device.id, device.client)
    })
    .await;
    for at in [now(), hours(2)] {
        for answer in moved.send_to_both(&old, at).await {
            assert_eq!(answer, nobody_s(), "who had the device before writes nothing now");
        }
    }
    assert_eq!(moved.set_aside().await, (4, 4));
    assert!(history(&moved.after, &moved.device).await.is_empty());

    let late = send(&old, hours(5)).await;
    assert_eq!(
        late["status"], "accepted",
        "what the device kept of its earlier holder's time is theirs: {late}"
    );
    moved
        .before
        .user
        .get(&format!("/api/v1/readings/{}", id(&late)))
        .await
        .ok();

    let seen = format!("/api/v1/devices/{}/token", moved.device);
    let token = moved.after.user.get(&seen).await.ok();
    assert_eq!(token["issued_at"], Value::Null, "the new holder has none yet");
    let new = moved.token_of(&moved.after.user).await;
    let token = moved.after.user.get(&seen).await.ok();
    assert!(token["issued_at"].is_string(), "{token}");
    assert_eq!(
        old.post("/v1/telemetry", &reading(SERIAL, "weight", hours(5)))
            .await
            .status,
        401,
        "the new token ended the old"
    );
    let own = send(&new, now()).await;
    assert_eq!(own["status"], "accepted", "{own}");
    assert_eq!(history(&moved.after, &moved.device).await, [id(&own)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_of_after_the_move_does_not_reach_into_the_time_before_it() {
    let (moved, _) = Moved::new(async |world, before| {
        let model = world.model("Scale K", &["weight"], "cellular").await;
        let device = world.device(before, &model, SERIAL).await;
        (device.id, device.client)
    })
    .await;
    let everything = "select count(*) from reading where customer_id = $1::uuid";
    let of_before = async || -> i64 {
        sqlx::query_scalar(everything)
            .bind(&moved.before.id)
            .fetch_one(&mut moved.world.server.owner().await)
            .await
            .expect("a count")
    };
    let there = of_before().await;
    let path = format!("/api/v1/devices/{}/token", moved.device);
    let refused = moved.world.admin.post(&path, &json!({})).await;
    assert_eq!(refused.status, 409, "its own people alone: {}", refused.text);
    for _ in 0..2 {
        let new = moved.token_of(&moved.after.user).await;
        for answer in moved.send_to_both(&new, now() - TimeDelta::days(5)).await {
            assert_eq!(answer, nobody_s());
        }
        // The very reading that the earlier holder has: not even that it is there may be learned.
        assert_eq!(send(&new, hours(4)).await, nobody_s());
        assert_eq!(send(&new, now()).await["status"], "accepted");
    }
    assert_eq!(of_before().await, there);
    let (kept, nobody_s) = moved.set_aside().await;
    assert_eq!(kept, nobody_s);
    assert!(kept >= 4, "{kept}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_the_maker_provisioned_goes_with_the_device() {
    let (moved, provisioned) = Moved::new(async |world, before| {
        let token = "0123456789abcdef0123456789abcdef";
        let file = world.server.scratch().join("devices.csv");
        let text = format!("serial,maker,model,kind,token\n{SERIAL},Acme,Scale K,weight,{token}\n");
        std::fs::write(&file, text).expect("a file can be written");
        let file = file.display().to_string();
        world
            .server
            .run(&["devices", "import", "--customer", "Before", &file], "");
        let list = before.user.get("/api/v1/devices").await.ok();
        (id(&list["data"][0]), world.anyone.with_token(token))
    })
    .await;
    let late = send(&provisioned, hours(5)).await;
    let own = send(&provisioned, now()).await;
    assert_eq!(
        (&late["status"], &own["status"]),
        (&json!("accepted"), &json!("accepted"))
    );
    assert_eq!(history(&moved.after, &moved.device).await, [id(&own)]);
    assert_eq!(moved.set_aside().await, (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_from_a_distributor_s_stock_speaks_for_the_first_of_its_customers_alone() {
    let world = World::new().await;
    let admin = &world.admin;
    let make = async |path: &str, body: Value| id(&admin.post(path, &body).await.ok());
    let distributor = make("/api/v1/distributors", json!({"name": "Depot"})).await;
    let customer = async |name: &str, of: Option<&str>| {
        make("/api/v1/customers", json!({"name": name, "distributor_id": of})).await
    };
    let (first, second, elsewhere) = (
        customer("First", Some(&distributor)).await,
        customer("Second", Some(&distributor)).await,
        customer("Elsewhere", None).await,
    );
    let model = world.model("Scale K", &["weight"], "cellular").await;
    let device = json!({"maker": "Acme", "serial": SERIAL, "model_id": model, "distributor_id": distributor});
    let device = make("/api/v1/devices", device).await;
    let issued = admin
        .post(&format!("/api/v1/devices/{device}/token"), &json!({}))
        .await
        .ok();
    let client = world
        .anyone
        .with_token(issued["token"].as_str().expect("a token"));
    // Whoever had the device may have read its token there, so it speaks for nobody after them.
    for (holder, is_theirs) in [(&first, true), (&elsewhere, false), (&second, false)] {
        let to = json!({"customer_id": holder});
        let moved = admin
            .post(&format!("/api/v1/devices/{device}/assignments"), &to)
            .await;
        assert_eq!(moved.status, 201, "{}", moved.text);
        let answer = send(&client, now()).await;
        if is_theirs {
            assert_eq!(answer["status"], "accepted", "{answer}");
        } else {
            assert_eq!(answer, nobody_s());
        }
    }
}
