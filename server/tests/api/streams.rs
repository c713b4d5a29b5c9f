//! The API's stream of readings: what arrives comes at once, and nothing is missed after a break.

mod gone;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Response;
use serde_json::{Value, json};
use uuid::Uuid;
use vitalwire_server::forwarding::Router;
use vitalwire_server::ground::Clock as _;

use crate::world::{Client, PASSWORD, Tenant, World};

const PATH: &str = "/api/v1/readings/stream";

/// A stream of events.
struct Stream {
    response: Response,
    read: String,
}

/// One event.
#[derive(Debug)]
struct Event {
    id: i64,
    name: String,
    data: Value,
}

impl Stream {
    async fn open(client: &Client, query: &str, last: Option<i64>) -> Self {
        let request = client.request("GET", &format!("{PATH}{query}"));
        let request = last
            .iter()
            .fold(request, |request, id| request.header("last-event-id", *id));
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self {
            response,
            read: String::new(),
        }
    }

    /// The next block up to an empty line; none where the stream has ended.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.read.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.read = rest;
                return Some(block);
            }
            let chunk = tokio::time::timeout(Duration::from_mins(1), self.response.chunk()).await;
            let bytes = chunk.expect("something within a minute").ok()??;
            self.read.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }

    /// The next event; its first words and a few beats are passed over.
    async fn next(&mut self) -> Event {
        for _ in 0..4 {
            let block = self.block().await.expect("the stream goes on");
            let field = |name: &str| {
                let mut lines = block.lines();
                lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": ").map(str::to_owned))
            };
            if let (Some(id), Some(name), Some(data)) = (field("id"), field("event"), field("data")) {
                return Event {
                    id: id.parse().unwrap(),
                    name,
                    data: serde_json::from_str(&data).unwrap(),
                };
            }
        }
        panic!("nothing but beats comes");
    }

    /// The next event's reading.
    async fn reading(&mut self) -> String {
        let event = self.next().await;
        assert_eq!(event.name, "reading.created");
        event.data["reading"]["id"].as_str().unwrap().to_owned()
    }
}

/// A world with a router, which numbers what arrives.
struct Routed {
    world: World,
    router: Router,
}

impl Routed {
    async fn new() -> (Self, Client) {
        let world = World::new().await;
        let admin = world.admin().await;
        let pool = world.database.system_forwarding().clone();
        let router = Router::new(world.ground.clone(), pool, world.state.signals().clone());
        (Self { world, router }, admin)
    }

    /// A reading that has been routed, with its event.
    async fn measured(&mut self, clinic: &Tenant) -> String {
        let id = self.world.reading(clinic, 1).await;
        self.route(clinic, &id).await;
        id
    }

    async fn route(&mut self, clinic: &Tenant, id: &str) {
        self.route_late(clinic, id, self.world.clock.now()).await;
    }

    /// Routes by now what arrived at that time.
    async fn route_late(&mut self, clinic: &Tenant, id: &str, arrived: DateTime<Utc>) {
        sqlx::query(
            "insert into outbox (circuit, customer_id, reading_ids, received_from, received_until)
             values ('forwarding', $1, array[$2], $3, $3)",
        )
        .bind(clinic.customer.parse::<Uuid>().unwrap())
        .bind(id.parse::<Uuid>().unwrap())
        .bind(arrived)
        .execute(&self.world.sql)
        .await
        .unwrap();
        let mut routed = 0;
        while routed == 0 {
            routed = self.router.route_waiting().await.unwrap();
        }
    }

    /// So many events of a device that nobody follows, in the customer's stream that ends at `last`.
    async fn events(&self, clinic: &Tenant, last: i64, count: i64) {
        sqlx::query(
            "with numbered as (
               insert into event (customer_id, sequence, created_at, type, device_id, reading_id, reading_received_at,
                 delivery_state)
               select $1, $2 + n, $4, 'reading.created', $1, gen_random_uuid(), $4, 'none'
               from generate_series(1, $3::bigint) n
             )
             update customer_stream set last_sequence = $2 + $3 where customer_id = $1",
        )
        .bind(clinic.customer.parse::<Uuid>().unwrap())
        .bind(last)
        .bind(count)
        .bind(self.world.clock.now())
        .execute(&self.world.sql)
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn a_stream_tells_what_arrives_and_goes_on_where_it_was() {
    let (mut routed, admin) = Routed::new().await;
    let (clinic, other) = (
        routed.world.tenant(&admin, "own").await,
        routed.world.tenant(&admin, "other").await,
    );
    routed.measured(&clinic).await;
    let mut stream = Stream::open(&clinic.user, "", None).await;
    let first = stream.block().await.unwrap();
    assert_eq!(first, "retry: 2000\nid: 1", "what was before is not told again");

    routed.measured(&other).await;
    let second = routed.measured(&clinic).await;
    let event = stream.next().await;
    assert_eq!((event.id, event.name.as_str()), (2, "reading.created"));
    assert_eq!(
        event.data["reading"]["id"],
        second.as_str(),
        "and nothing of others"
    );
    assert_eq!(event.data["sequence"], 2);
    let plain = clinic.user.get(&format!("/api/v1/readings/{second}")).await;
    assert_eq!(event.data["reading"], plain.body, "told as everywhere");
    drop(stream);

    let missed = [routed.measured(&clinic).await, routed.measured(&clinic).await];
    for (query, last) in [("", Some(2)), ("?after=2", None), ("?after=0", Some(2))] {
        let mut stream = Stream::open(&clinic.user, query, last).await;
        for (id, place) in missed.iter().zip([3, 4]) {
            let event = stream.next().await;
            assert_eq!(event.id, place, "{query}");
            assert_eq!(event.data["reading"]["id"], id.as_str(), "{query}");
        }
    }
}

#[tokio::test]
async fn a_stream_is_of_one_device_or_one_kind_where_that_is_asked() {
    let (mut routed, admin) = Routed::new().await;
    let clinic = routed.world.tenant(&admin, "own").await;
    let model = routed.world.model(&admin).await;
    let second = json!({"maker": "Acme", "serial": "S-2", "model_id": model, "customer_id": clinic.customer,
        "assigned_since": (routed.world.clock.now() - TimeDelta::days(10)).to_rfc3339()});
    let second = Tenant {
        customer: clinic.customer.clone(),
        device: admin.post("/api/v1/devices", &second).await.created("id"),
        ..routed.world.tenant(&admin, "unused").await
    };
    let of_second = format!("?device_id={}", second.device);
    let mut of_device = Stream::open(&clinic.user, &of_second, None).await;
    let mut of_kind = Stream::open(&clinic.user, "?kind=weight", None).await;
    routed.measured(&clinic).await;
    let weight = routed.world.reading(&clinic, 1).await;
    sqlx::query("update reading set kind = 'weight', vals = '{\"weight\": 70}' where id = $1")
        .bind(weight.parse::<Uuid>().unwrap())
        .execute(&routed.world.sql)
        .await
        .unwrap();
    routed.route(&clinic, &weight).await;
    let wanted = routed.measured(&second).await;
    assert_eq!(of_device.reading().await, wanted);
    assert_eq!(of_kind.reading().await, weight);
}

/// However much lies between, it is looked through piece by piece, and who follows knows how far that has come.
#[tokio::test]
async fn a_stream_of_one_device_looks_through_much_in_pieces() {
    let (mut routed, admin) = Routed::new().await;
    let clinic = routed.world.tenant(&admin, "own").await;
    routed.measured(&clinic).await;
    routed.events(&clinic, 1, 25_000).await;
    let wanted = routed.measured(&clinic).await;
    let of_device = format!("?device_id={}", clinic.device);
    let mut stream = Stream::open(&clinic.user, &of_device, Some(1)).await;
    let mut blocks = Vec::new();
    for _ in 0..3 {
        blocks.push(stream.block().await.unwrap());
    }
    assert_eq!(blocks, ["retry: 2000\nid: 1", "id: 10001\n:", "id: 20001\n:"]);
    let event = stream.next().await;
    assert_eq!(event.id, 25_002);
    assert_eq!(event.data["reading"]["id"], wanted.as_str());
    // Nothing is followed here, and the place moves along all the same.
    let mut stream = Stream::open(&clinic.user, &of_device, Some(14_000)).await;
    assert_eq!(stream.block().await.unwrap(), "retry: 2000\nid: 14000");
    assert_eq!(stream.block().await.unwrap(), "id: 24000\n:");
    assert_eq!(stream.reading().await, wanted);
}

#[tokio::test]
async fn what_a_stream_cannot_take_is_named() {
    let (mut routed, admin) = Routed::new().await;
    let (clinic, other) = (
        routed.world.tenant(&admin, "own").await,
        routed.world.tenant(&admin, "other").await,
    );
    routed.measured(&clinic).await;
    for (query, last, field) in [
        ("?kind=mood", None, "kind"),
        ("?device_id=7", None, "device_id"),
        ("?after=-1", None, "after"),
        ("?after=2", None, "after"),
        ("", Some("x"), "Last-Event-ID"),
    ] {
        let request = clinic.user.request("GET", &format!("{PATH}{query}"));
        let request = last
            .iter()
            .fold(request, |request, id| request.header("last-event-id", *id));
        let answer = clinic.user.send(request).await;
        assert_eq!(answer.problem(), (422, "invalid"), "{query}: {}", answer.text);
        assert_eq!(answer.body["field"], field, "{query}: {}", answer.text);
    }
    let foreign = format!("{PATH}?device_id={}", other.device);
    assert_eq!(clinic.user.get(&foreign).await.problem(), (404, "not-found"));
    assert_eq!(admin.get(PATH).await.problem(), (403, "forbidden"));
    assert_eq!(
        routed.world.anyone.get(PATH).await.problem(),
        (401, "not-signed-in")
    );
}

/// A colleague of the clinic's user who reads.
async fn colleague(world: &World, clinic: &Tenant, name: &str) -> (String, Client) {
    let email = format!("{name}@clinic.example");
    let person = json!({"email": email, "name": name, "role": "customer", "customer_id": clinic.customer,
        "password": PASSWORD, "permissions": ["read_readings"]});
    let person = clinic.user.post("/api/v1/users", &person).await.created("id");
    (person, world.anyone.sign_in(&email).await)
}

#[tokio::test]
async fn a_stream_ends_with_the_right_to_follow_it() {
    let (mut routed, admin) = Routed::new().await;
    let clinic = routed.world.tenant(&admin, "own").await;
    for (name, change) in [
        ("nothing", Some(json!({"permissions": []}))),
        ("disabled", Some(json!({"state": "disabled"}))),
        ("over", None),
    ] {
        let (person, client) = colleague(&routed.world, &clinic, name).await;
        let mut stream = Stream::open(&client, "", None).await;
        let seen = routed.measured(&clinic).await;
        assert_eq!(stream.reading().await, seen, "{name}");
        if let Some(change) = change {
            let path = format!("/api/v1/users/{person}");
            assert_eq!(clinic.user.patch(&path, &change).await.status, 204, "{name}");
        } else {
            routed.world.clock.advance(TimeDelta::minutes(16));
            routed.world.identity.sees_otherwise();
        }
        routed.measured(&clinic).await;
        assert_eq!(stream.block().await, None, "{name}");
    }
}

#[tokio::test]
async fn a_stream_tells_no_more_than_its_person_sees_by_now() {
    let (mut routed, admin) = Routed::new().await;
    let clinic = routed.world.tenant(&admin, "own").await;
    let (person, client) = colleague(&routed.world, &clinic, "rea").await;
    let site = clinic
        .user
        .post("/api/v1/sites", &json!({"name": "Ward"}))
        .await
        .created("id");
    let mut stream = Stream::open(&client, "", None).await;
    let seen = routed.measured(&clinic).await;
    assert_eq!(stream.reading().await, seen);
    // What stands at none of their sites is not theirs to see, and it is theirs again when it does.
    let confined = json!({"confined": true, "sites": [site]});
    let path = format!("/api/v1/users/{person}");
    assert_eq!(clinic.user.patch(&path, &confined).await.status, 204);
    routed.measured(&clinic).await;
    let beat = stream.block().await.expect("it goes on");
    assert_eq!(
        beat, "id: 2\n:",
        "what is passed over is not looked through again"
    );
    let put = json!({"devices": [clinic.device]});
    let path = format!("/api/v1/sites/{site}/devices");
    assert_eq!(clinic.user.post(&path, &put).await.status, 204);
    let seen = routed.measured(&clinic).await;
    assert_eq!(stream.reading().await, seen);
}

#[tokio::test]
async fn a_person_has_twenty_streams_at_most_and_all_end_with_the_server() {
    let (routed, admin) = Routed::new().await;
    let clinic = routed.world.tenant(&admin, "own").await;
    let mut open = Vec::new();
    for _ in 0..20 {
        open.push(Stream::open(&clinic.user, "", None).await);
    }
    let refused = clinic.user.head_of("GET", PATH).await;
    assert_eq!(refused.problem(), (429, "too-many-streams"), "{}", refused.text);
    assert!(refused.headers.contains_key("retry-after"));
    let (_, colleague) = colleague(&routed.world, &clinic, "rea").await;
    open.push(Stream::open(&colleague, "", None).await);
    routed.world.state.hang_up();
    for mut stream in open {
        assert!(stream.block().await.unwrap().starts_with("retry: "));
        assert_eq!(stream.block().await, None);
    }
}
