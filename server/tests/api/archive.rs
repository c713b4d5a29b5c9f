//! A customer's day goes into the archive before it leaves the history, whole, for nobody's eyes, and can be read back.

mod bucket;
mod exported;
mod own;
mod tries;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use chrono::{NaiveDate, TimeDelta};
use data_encoding::BASE64;
use serde_json::{Value, json};
use vitals::fhir::from_observation;
use vitalwire_server::ground::Clock as _;
use vitalwire_server::history::archive::{Archive, Content, Manifest};
use vitalwire_server::history::make_partitions;
use vitalwire_server::history::retention::Retention;
use vitalwire_server::outside::blobs::{BlobError, Blobs};

use crate::hubs::signed::{Hub, batch, blood_pressure};
use crate::sources::{Source, cuff};
use crate::world::{Tenant, World};

/// What lies in the archive of a day.
struct Kept {
    manifest: Manifest,
    observations: Vec<Value>,
    messages: Vec<Value>,
    as_stored: Vec<Value>,
}

impl Kept {
    async fn of(archive: &Archive, tenant: &Tenant, day: NaiveDate) -> Option<Self> {
        let manifest = archive.manifest(tenant.customer_id(), day).await.unwrap()?;
        let mut kept = Self {
            manifest,
            observations: Vec::new(),
            messages: Vec::new(),
            as_stored: Vec::new(),
        };
        for part in kept.manifest.parts.clone() {
            let lines = String::from_utf8(archive.lines(&part).await.unwrap()).unwrap();
            let documents = lines.lines().map(|line| serde_json::from_str(line).unwrap());
            match part.content {
                Content::Observations => kept.observations.extend(documents),
                Content::RawMessages => kept.messages.extend(documents),
                Content::AsStored => kept.as_stored.extend(documents),
            }
        }
        Some(kept)
    }

    /// The messages' bodies by their ids.
    fn bodies(&self) -> BTreeMap<String, Vec<u8>> {
        let body = |message: &Value| {
            let text = message["body"].as_str().unwrap();
            let id = message["id"].as_str().unwrap().to_owned();
            (id, BASE64.decode(text.as_bytes()).unwrap())
        };
        self.messages.iter().map(body).collect()
    }
}

impl World {
    fn archive(&self, blobs: &Arc<dyn Blobs>) -> Archive {
        Archive::new(self.ground.clone(), self.database.clone(), Arc::clone(blobs))
    }

    async fn chooses_archive(&self, tenant: &Tenant) {
        let chosen = tenant
            .user
            .patch("/api/v1/organisation", &json!({"archive": true}))
            .await;
        assert_eq!(chosen.body["archive"], true, "{}", chosen.text);
    }

    async fn out_of_the_history(&self) {
        for days in [7, 1] {
            self.clock.advance(TimeDelta::days(days));
            let today = self.clock.now().date_naive();
            make_partitions(self.database.system_forwarding(), today)
                .await
                .unwrap();
        }
        // Nobody routes here, so that nothing waits for the router.
        sqlx::query("delete from outbox")
            .execute(&self.sql)
            .await
            .unwrap();
    }

    async fn retention(&self, archive: &Archive) -> Result<(), String> {
        let before = vec![Box::new(archive.clone()) as Box<_>];
        let retention = Retention::new(self.ground.clone(), self.database.clone(), before);
        retention.run().await.map_err(|error| error.to_string())
    }

    async fn readings(&self) -> i64 {
        sqlx::query_scalar("select count(*) from reading")
            .fetch_one(&self.sql)
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn a_day_is_archived_before_it_goes() {
    let world = World::new().await;
    let hub = Hub::new(&world, "a").await;
    let other = Hub::new(&world, "b").await;
    world.chooses_archive(&hub.tenant).await;
    let day = world.clock.now().date_naive();
    let mut sent = Vec::new();
    for (mmhg, minutes) in [(121, 3), (122, 2), (123, 1)] {
        let mut item = blood_pressure("S-a");
        item["values"]["systolic"] = json!(mmhg);
        item["measured_at"] = json!((world.clock.now() - TimeDelta::minutes(minutes)).to_rfc3339());
        sent.push(item);
    }
    let first = batch(&sent[..2]);
    let second = batch(&sent[2..]);
    let of_other = batch(&[blood_pressure("S-b")]);
    for (hub, body) in [(&hub, &first), (&hub, &second), (&other, &of_other)] {
        assert_eq!(hub.send(&hub.token(body), body).await.status, 200);
    }
    world.out_of_the_history().await;
    let blobs = world.folder.blobs();
    let archive = world.archive(&blobs);
    world.retention(&archive).await.unwrap();
    assert_eq!(world.readings().await, 0);
    assert!(
        Kept::of(&archive, &other.tenant, day).await.is_none(),
        "it was not chosen"
    );

    let kept = Kept::of(&archive, &hub.tenant, day).await.unwrap();
    assert_eq!((kept.manifest.observations, kept.manifest.raw_messages), (3, 2));
    let through = format!("Device/{}", hub.tenant.hub);
    let bodies = kept.bodies();
    assert!(bodies.values().any(|body| *body == first) && bodies.values().any(|body| *body == second));
    assert!(
        kept.messages.iter().all(|message| message["jwt"].is_string()),
        "what proves it"
    );
    let mut systolic = Vec::new();
    for observation in &kept.observations {
        let reading = from_observation(observation).unwrap();
        assert_eq!(reading.device.serial.as_str(), "S-a");
        let text = observation.to_string();
        assert!(
            text.contains("\"hub_signed\"") && text.contains(&through),
            "how it came"
        );
        assert_eq!(
            observation["identifier"][0]["value"].as_str().unwrap().len(),
            64,
            "its hash"
        );
        let message = observation["derivedFrom"][0]["identifier"]["value"]
            .as_str()
            .unwrap();
        let body = &bodies[message.strip_prefix("urn:uuid:").unwrap()];
        let value = (121..=123)
            .find(|mmhg| text.contains(&format!("\"value\":{mmhg}")))
            .unwrap();
        assert!(String::from_utf8_lossy(body).contains(&format!("\"systolic\":{value}")));
        systolic.push(value);
    }
    systolic.sort_unstable();
    assert_eq!(systolic, [121, 122, 123]);
    for name in blobs.list("archive/").await.unwrap() {
        let bytes = blobs.get(&name).await.unwrap().unwrap();
        let clear = |word: &[u8]| bytes.windows(word.len()).any(|window| window == word);
        assert!(
            !clear(b"systolic") && !clear(b"8480-6") && !clear(b"S-a"),
            "{name}"
        );
    }
}

/// Whether days are archived is for the customer to say, or for the platform; not for who sells to it.
#[tokio::test]
async fn a_customer_chooses_the_archive() {
    let world = World::new().await;
    let admin = world.admin().await;
    let (dealer, seller) = world.dealer(&admin).await;
    let given = json!({"name": "clinic", "distributor_id": dealer});
    let customer = admin.post("/api/v1/customers", &given).await.created("id");
    let path = format!("/api/v1/customers/{customer}");
    assert_eq!(admin.get(&path).await.body["archive"], false);
    let wanted = json!({"archive": true});
    let refused = seller.patch(&path, &wanted).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    assert_eq!(seller.patch("/api/v1/organisation", &wanted).await.status, 422);
    let changed = admin.patch(&path, &wanted).await;
    assert_eq!(changed.body["archive"], true, "{}", changed.text);
}

/// In what the archive gives a customer there is nothing of anybody else, not even in a message.
#[tokio::test]
async fn a_message_with_somebody_else_s_readings_is_not_in_it() {
    let world = World::new().await;
    let admin = world.admin().await;
    let hub = Hub::new(&world, "a").await;
    let other = world.tenant(&admin, "b").await;
    world.chooses_archive(&hub.tenant).await;
    world.chooses_archive(&other).await;
    let day = world.clock.now().date_naive();
    let now = world.clock.now();
    let measured = |serial: &str, systolic: i64, minutes| {
        let mut item = blood_pressure(serial);
        item["values"]["systolic"] = json!(systolic);
        item["measured_at"] = json!((now - TimeDelta::minutes(minutes)).to_rfc3339());
        item
    };
    let foreign = measured("S-b", 121, 9);
    let mixed = [1, 2].map(|minutes| batch(&[measured("S-a", 121, minutes), foreign.clone()]));
    // What cannot be, but is its own.
    let odd = batch(&[measured("S-a", 121, 3), measured("S-a", 999, 4)]);
    for body in mixed.iter().chain([&odd]) {
        assert_eq!(hub.send(&hub.token(body), body).await.status, 200);
    }
    let source = Source::add(&world, &admin, "transtek", json!({})).await;
    source.knows(&admin, &hub.tenant.device, "86447504000000").await;
    source.knows(&admin, &other.device, "86447504000001").await;
    let own = cuff("864475040000000", now.timestamp(), 133);
    let of_other = cuff("864475040000018", now.timestamp(), 134);
    let two = json!([cuff("864475040000000", now.timestamp() - 60, 135), of_other]);
    for body in [&own, &two] {
        source.sends(body).await;
    }
    world.out_of_the_history().await;
    let archive = world.archive(&world.folder.blobs());
    world.retention(&archive).await.unwrap();
    let kept = Kept::of(&archive, &hub.tenant, day).await.unwrap();
    let bodies = kept.bodies();
    let mut bodies: Vec<_> = bodies
        .values()
        .map(|body| String::from_utf8_lossy(body))
        .collect();
    bodies.sort_unstable();
    let mut alone = [String::from_utf8_lossy(&odd), own.to_string().into()];
    alone.sort_unstable();
    assert_eq!(bodies, alone);
    let of_other = Kept::of(&archive, &other, day).await.unwrap();
    assert_eq!(
        (kept.manifest.observations, of_other.manifest.observations),
        (5, 1)
    );
    assert_eq!(of_other.messages.len(), 0);
    assert_eq!(
        kept.manifest.raw_messages_shared + of_other.manifest.raw_messages_shared,
        3
    );
}

/// Meddles with what is put away.
#[async_trait]
trait Meddler: std::fmt::Debug + Send + Sync {
    async fn before(&self, name: &str, bytes: &mut Vec<u8>);

    async fn after(&self) {}
}

/// Blobs behind somebody who meddles with them.
#[derive(Debug)]
struct Meddled<M> {
    inner: Arc<dyn Blobs>,
    by: M,
}

#[async_trait]
impl<M: Meddler> Blobs for Meddled<M> {
    async fn put(&self, name: &str, mut bytes: Vec<u8>) -> Result<(), BlobError> {
        self.by.before(name, &mut bytes).await;
        self.inner.put(name, bytes).await?;
        self.by.after().await;
        Ok(())
    }

    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, BlobError> {
        self.inner.get(name).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, BlobError> {
        self.inner.list(prefix).await
    }

    async fn delete(&self, name: &str) -> Result<(), BlobError> {
        self.inner.delete(name).await
    }
}

/// Spoils readings, once.
#[derive(Debug)]
struct SpoilsOnce(AtomicBool);

#[async_trait]
impl Meddler for SpoilsOnce {
    async fn before(&self, name: &str, bytes: &mut Vec<u8>) {
        if name.contains("observations") && self.0.swap(false, Ordering::Relaxed) {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
        }
    }
}

#[tokio::test]
async fn a_day_that_does_not_read_back_stays() {
    let world = World::new().await;
    let admin = world.admin().await;
    let tenant = world.tenant(&admin, "a").await;
    world.chooses_archive(&tenant).await;
    world.reading(&tenant, 5).await;
    let day = world.clock.now().date_naive();
    world.out_of_the_history().await;
    let faulty: Arc<dyn Blobs> = Arc::new(Meddled {
        inner: world.folder.blobs(),
        by: SpoilsOnce(true.into()),
    });
    let archive = world.archive(&faulty);
    let refused = world.retention(&archive).await.unwrap_err();
    assert!(
        refused.contains("observations-00001") && refused.contains("not those"),
        "{refused}"
    );
    assert_eq!(world.readings().await, 1);
    world.retention(&archive).await.unwrap();
    assert_eq!(world.readings().await, 0);
    let kept = Kept::of(&archive, &tenant, day).await.unwrap();
    assert_eq!(kept.observations.len(), 1);

    // What is changed, exchanged or taken away later is noticed.
    let part = kept.manifest.parts[0].clone();
    let sealed = faulty.get(&part.name).await.unwrap().unwrap();
    let mut changed = sealed.clone();
    changed[sealed.len() - 1] ^= 1;
    faulty.put(&part.name, changed).await.unwrap();
    assert!(
        archive
            .lines(&part)
            .await
            .unwrap_err()
            .to_string()
            .contains("not those")
    );
    faulty.delete(&part.name).await.unwrap();
    assert!(
        archive
            .lines(&part)
            .await
            .unwrap_err()
            .to_string()
            .contains("not there")
    );
}

/// A day of many readings lies in parts, and each try begins anew: what a killed one left is not there twice.
#[tokio::test]
async fn a_large_day_lies_in_parts() {
    let world = World::new().await;
    let admin = world.admin().await;
    let tenant = world.tenant(&admin, "a").await;
    world.chooses_archive(&tenant).await;
    world.reading(&tenant, 5).await;
    sqlx::query(
        "insert into reading (id, received_at, customer_id, device_id, credential_id, kind, measured_at, measured_on,
           content_hash, vals, quality, proof, raw_id)
         select gen_random_uuid(), received_at, customer_id, device_id, credential_id, kind, measured_at, measured_on,
           sha256(n::text::bytea), vals, quality, proof, raw_id from reading, generate_series(1, 12000) as n",
    )
    .execute(&world.sql)
    .await
    .unwrap();
    let day = world.clock.now().date_naive();
    world.out_of_the_history().await;
    let blobs = world.folder.blobs();
    let left = format!(
        "archive/v1/{}/{day}/observations-00077.ndjson.zst.sealed",
        tenant.customer
    );
    blobs.put(&left, b"of a killed try".to_vec()).await.unwrap();
    let archive = world.archive(&blobs);
    world.retention(&archive).await.unwrap();
    let kept = Kept::of(&archive, &tenant, day).await.unwrap();
    assert!(kept.manifest.parts.len() > 1, "{:?}", kept.manifest.parts);
    let mut ids: Vec<&str> = kept
        .observations
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 12_001);
    let names = blobs.list("archive/").await.unwrap();
    assert_eq!(
        names.len(),
        kept.manifest.parts.len() + 1,
        "and the manifest: {names:?}"
    );
}

#[tokio::test]
async fn a_manifest_that_somebody_changed_is_not_believed() {
    let world = World::new().await;
    let hub = Hub::new(&world, "a").await;
    world.chooses_archive(&hub.tenant).await;
    let day = world.clock.now().date_naive();
    let body = batch(&[blood_pressure("S-a")]);
    assert_eq!(hub.send(&hub.token(&body), &body).await.status, 200);
    world.out_of_the_history().await;
    let blobs = world.folder.blobs();
    let archive = world.archive(&blobs);
    world.retention(&archive).await.unwrap();

    let customer = hub.tenant.customer_id();
    let names = blobs
        .list(&format!("archive/v1/{customer}/{day}/"))
        .await
        .unwrap();
    let name = names
        .into_iter()
        .find(|name| name.ends_with("/manifest.json"))
        .unwrap();
    let bytes = blobs.get(&name).await.unwrap().unwrap();
    let mut manifest: Value = serde_json::from_slice(&bytes).unwrap();
    manifest["observations"] = json!(0);
    manifest["parts"].as_array_mut().unwrap().remove(0);
    blobs
        .put(&name, serde_json::to_vec(&manifest).unwrap())
        .await
        .unwrap();
    let told = archive.manifest(customer, day).await.unwrap_err().to_string();
    assert!(told.contains("not the manifest that was written"), "{told}");
}
