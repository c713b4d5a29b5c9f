//! Archived days by the API: whose they were reads them, as they lie there, and nobody else.

use aws_lc_rs::digest::{SHA256, digest};
use chrono::{NaiveDate, TimeDelta};
use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use vitals::fhir::from_observation;
use vitalwire_server::ground::Clock as _;
use vitalwire_server::history::archive::Content;

use crate::hubs::signed::{Hub, batch, blood_pressure};
use crate::world::{Answer, Client, PASSWORD, World};

const FILES: [&str; 2] = ["observations", "raw-messages"];

/// A customer with three readings of today in the archive, and another one who has chosen it as well.
pub(crate) struct Archived<'a> {
    world: &'a World,
    pub(crate) hub: Hub<'a>,
    other: Hub<'a>,
    pub(crate) day: NaiveDate,
}

impl<'a> Archived<'a> {
    pub(crate) async fn new(world: &'a World) -> Self {
        let hub = Hub::new(world, "a").await;
        let other = Hub::new(world, "b").await;
        for tenant in [&hub.tenant, &other.tenant] {
            let chosen = json!({"archive": true});
            let chosen = tenant.user.patch("/api/v1/organisation", &chosen).await;
            assert_eq!(chosen.body["archive"], true, "{}", chosen.text);
        }
        let day = world.clock.now().date_naive();
        for minutes in [1, 2, 3] {
            let mut item = blood_pressure("S-a");
            item["measured_at"] = json!((world.clock.now() - TimeDelta::minutes(minutes)).to_rfc3339());
            let body = batch(&[item]);
            assert_eq!(hub.send(&hub.token(&body), &body).await.status, 200);
        }
        world.state.archive().keep(day).await.unwrap();
        Self {
            world,
            hub,
            other,
            day,
        }
    }

    fn at(&self, rest: &str) -> String {
        format!("/api/v1/archive/{}{rest}", self.day)
    }

    /// The day's list, its manifest and its files.
    fn paths(&self) -> [String; 4] {
        [
            "/api/v1/archive".to_owned(),
            self.at(""),
            self.at("/observations"),
            self.at("/raw-messages"),
        ]
    }

    /// Somebody at the customer with this permission, confined to these sites where there are any.
    async fn colleague(&self, permission: &str, sites: &[String]) -> Client {
        let user = &self.hub.tenant.user;
        let email = format!("{permission}{}@clinic.example", sites.len());
        let new = json!({"email": email, "name": "Rea", "role": "customer", "password": PASSWORD,
            "customer_id": self.hub.tenant.customer, "permissions": [permission]});
        let person = user.post("/api/v1/users", &new).await.created("id");
        if !sites.is_empty() {
            let confined = json!({"confined": true, "sites": sites});
            let confined = user.patch(&format!("/api/v1/users/{person}"), &confined).await;
            assert_eq!(confined.status, 204, "{}", confined.text);
        }
        self.world.anyone.sign_in(&email).await
    }
}

fn sum(file: &Answer) -> String {
    HEXLOWER.encode(digest(&SHA256, file.text.as_bytes()).as_ref())
}

#[tokio::test]
async fn an_archived_day_is_read_as_it_lies_there() {
    let world = World::new().await;
    let archived = Archived::new(&world).await;
    let user = &archived.hub.tenant.user;
    let days = user.get("/api/v1/archive").await;
    assert_eq!(
        days.body["data"].as_array().map(Vec::len),
        Some(1),
        "{}",
        days.text
    );
    let listed = &days.body["data"][0];
    assert_eq!(
        (&listed["day"], &listed["observations"], &listed["raw_messages"]),
        (&json!(archived.day), &json!(3), &json!(3))
    );
    assert_eq!(days.body["next"], json!(null));
    let manifest = user.get(&archived.at("")).await;
    assert_eq!(manifest.body["observations"], 3, "{}", manifest.text);
    let parts = manifest.body["parts"].as_array().unwrap();
    for file in FILES {
        let taken = user.get(&archived.at(&format!("/{file}"))).await;
        assert_eq!(taken.status, 200, "{}", taken.text);
        assert_eq!(taken.headers["content-type"], "application/x-ndjson");
        let name = format!("attachment; filename=\"{file}-{}.ndjson\"", archived.day);
        assert_eq!(taken.headers["content-disposition"], name.as_str());
        let lines: Vec<Value> = taken
            .text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines.len(), 3);
        let part = parts.iter().find(|part| part["content"] == file).unwrap();
        assert_eq!(part["sha256"], sum(&taken), "a day this small is one part");
        for line in &lines {
            if file == "observations" {
                assert_eq!(from_observation(line).unwrap().device.serial.as_str(), "S-a");
            } else {
                assert!(line["jwt"].is_string(), "what proves it");
            }
        }
    }
}

#[tokio::test]
async fn a_file_is_taken_in_parts_too() {
    let world = World::new().await;
    let archived = Archived::new(&world).await;
    let user = &archived.hub.tenant.user;
    for file in FILES {
        let whole = user.get(&archived.at(&format!("/{file}"))).await;
        let part = user.get(&archived.at(&format!("/{file}?part=1"))).await;
        assert_eq!((part.status, &part.text), (200, &whole.text));
        let name = format!("attachment; filename=\"{file}-{}-part-1.ndjson\"", archived.day);
        assert_eq!(part.headers["content-disposition"], name.as_str());
        for beyond in ["0", "2", "18446744073709551615"] {
            let path = archived.at(&format!("/{file}?part={beyond}"));
            assert_eq!(user.get(&path).await.problem(), (404, "not-found"), "{path}");
        }
        for odd in ["part=", "part=-1", "part=one", "parts=1"] {
            let path = archived.at(&format!("/{file}?{odd}"));
            assert_eq!(user.get(&path).await.problem(), (400, "bad-query"), "{path}");
        }
    }
}

#[tokio::test]
async fn an_archived_day_is_read_by_nobody_else() {
    let world = World::new().await;
    let archived = Archived::new(&world).await;
    let (user, other) = (&archived.hub.tenant.user, &archived.other.tenant.user);
    let admin = archived.world.admin().await;
    let (_, dealer) = archived.world.dealer(&admin).await;
    let site = user.post("/api/v1/sites", &json!({"name": "Ward"})).await;
    let sites = [site.created("id")];
    let without = archived.colleague("manage_devices", &[]).await;
    let reader = archived.colleague("read_readings", &[]).await;
    let confined = archived.colleague("read_readings", &sites).await;
    assert_eq!(other.get("/api/v1/archive").await.body["data"], json!([]));
    for path in archived.paths() {
        assert_eq!(reader.get(&path).await.status, 200, "{path}");
        for client in [&admin, &dealer, &without, &confined] {
            assert_eq!(client.get(&path).await.problem(), (403, "forbidden"), "{path}");
        }
        let nobody = archived.world.anyone.get(&path).await;
        assert_eq!(nobody.problem(), (401, "not-signed-in"), "{path}");
        if path != "/api/v1/archive" {
            assert_eq!(other.get(&path).await.problem(), (404, "not-found"), "{path}");
            for day in ["2020-01-01", "yesterday", "+262142-12-31", "-9999-01-01"] {
                let path = path.replace(&archived.day.to_string(), day);
                assert_eq!(user.get(&path).await.status, 404, "{path}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_damaged_in_the_archive_is_not_given_out() {
    let world = World::new().await;
    let archived = Archived::new(&world).await;
    let user = &archived.hub.tenant.user;
    let customer = archived.hub.tenant.customer_id();
    let manifest = world.state.archive().manifest(customer, archived.day).await;
    let manifest = manifest.unwrap().unwrap();
    let mut parts = manifest.parts.iter();
    let part = parts.find(|part| part.content == Content::Observations).unwrap();
    let blobs = world.folder.blobs();
    let mut bytes = blobs.get(&part.name).await.unwrap().unwrap();
    bytes[40] ^= 1;
    blobs.put(&part.name, bytes).await.unwrap();
    let damaged = user.get(&archived.at("/observations")).await;
    assert_eq!(damaged.problem(), (500, "archive-damaged"), "{}", damaged.text);
    assert_eq!(user.get(&archived.at("/raw-messages")).await.status, 200);
}

/// Between two pieces of a file the right may end, and what is not whole must not look as if it were.
#[tokio::test]
async fn a_file_of_the_archive_breaks_off_where_its_token_is_over() {
    let world = World::new().await;
    let archived = Archived::new(&world).await;
    // More than the connection holds while nobody takes it.
    sqlx::query(
        "insert into reading (id, received_at, customer_id, device_id, credential_id, kind, measured_at, measured_on,
           content_hash, vals, quality, proof, raw_id)
         select gen_random_uuid(), received_at, $1, device_id, credential_id, kind, measured_at, measured_on,
           sha256(n::text::bytea), vals, quality, proof, raw_id
         from (select * from reading limit 1) r, generate_series(1, 20000) as n",
    )
    .bind(archived.other.tenant.customer_id().as_uuid())
    .execute(&world.sql)
    .await
    .unwrap();
    world.state.archive().keep(archived.day).await.unwrap();
    let user = &archived.other.tenant.user;
    let whole = user.get(&archived.at("/observations")).await;
    assert_eq!(whole.text.lines().count(), 20_000);
    let mut in_parts = String::new();
    let manifest = user.get(&archived.at("")).await.body;
    let parts = manifest["parts"].as_array().unwrap().iter();
    for (nth, part) in parts.filter(|part| part["content"] == FILES[0]).enumerate() {
        let taken = user
            .get(&archived.at(&format!("/observations?part={}", nth + 1)))
            .await;
        assert_eq!(part["sha256"], sum(&taken), "part {}", nth + 1);
        in_parts.push_str(&taken.text);
    }
    assert_eq!(in_parts, whole.text);
    let mut answer = user
        .request("GET", &archived.at("/observations"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let mut taken = answer.chunk().await.unwrap().unwrap().len();
    world.clock.advance(TimeDelta::minutes(16));
    let broken = loop {
        match answer.chunk().await {
            Ok(Some(more)) => taken += more.len(),
            Ok(None) => break false,
            Err(_) => break true,
        }
    };
    assert!(
        broken,
        "it came whole, with {taken} bytes of {}",
        whole.text.len()
    );
}

#[tokio::test]
async fn a_place_in_the_list_that_cannot_be_is_refused() {
    let world = World::new().await;
    let archived = Archived::new(&world).await;
    let after = data_encoding::BASE64URL_NOPAD.encode(b"\"-200000-01-01\"");
    let refused = archived
        .hub
        .tenant
        .user
        .get(&format!("/api/v1/archive?after={after}"))
        .await;
    assert_eq!(refused.problem(), (422, "invalid"), "{}", refused.text);
}
