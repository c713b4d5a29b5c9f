//! Two months, day by day: what comes late, comes again or comes from a device that moved is where it belongs, only the window
//! is kept, the ledger is exact, and what left the history is whole in the archive.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Timelike as _, Utc};
use serde_json::{Value, json};
use uuid::Uuid;
use vitalwire_server::forwarding::{Router, Shelf};
use vitalwire_server::ground::Clock as _;
use vitalwire_server::history::archive::{Archive, Content};
use vitalwire_server::history::make_partitions;
use vitalwire_server::history::retention::{HISTORY_DAYS, Retention};
use vitalwire_server::outside::blobs::{Blobs, FolderBlobs};
use vitalwire_server::queue::Signals;

use crate::hubs::signed::{Hub, batch, blood_pressure};
use crate::world::World;

const DAYS: i64 = 60;
/// The day on which the device S-a goes from the customer a to the customer b.
const MOVED: i64 = 20;
/// As old as a reading may be when it comes.
const LATEST: i64 = 44;

/// Numbers that are the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: i64) -> i64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).unwrap() % most
    }
}

/// A reading that was accepted.
#[derive(Debug, Clone)]
struct Accepted {
    item: Value,
    owner: usize,
    serial: &'static str,
    counts_at: DateTime<Utc>,
    arrived: DateTime<Utc>,
    id: String,
}

/// What this test believes: the plainest account of what came.
struct Account {
    dice: Dice,
    began: DateTime<Utc>,
    moved_at: Option<DateTime<Utc>>,
    accepted: Vec<Accepted>,
    number: i64,
}

impl Account {
    /// Who held the device then, as a place among the hubs.
    fn owner(&self, serial: &str, measured: DateTime<Utc>) -> usize {
        let is_b = serial == "S-b" || self.moved_at.is_some_and(|moved| measured >= moved);
        usize::from(is_b)
    }

    /// Readings of one day, with whose hub sends each and which answer is right.
    fn of_a_day(&mut self, now: DateTime<Utc>) -> Vec<(usize, Value, &'static str, Option<usize>)> {
        let mut sent = Vec::new();
        for serial in ["S-a", "S-b"] {
            for turn in 0..5 {
                // Two of today's, three that come late, at the latest 44 days.
                let age = if turn < 2 {
                    TimeDelta::minutes(1 + self.dice.below(600))
                } else {
                    TimeDelta::minutes(self.dice.below(LATEST * 1_440))
                };
                let measured = (now - age).max(self.began);
                self.number += 1;
                let mut item = blood_pressure(serial);
                item["measured_at"] = json!((measured + TimeDelta::milliseconds(self.number)).to_rfc3339());
                item["values"]["systolic"] = json!(90 + self.number % 90);
                sent.push((self.owner(serial, measured), item, "accepted", None));
            }
        }
        // A device without a clock, which never moved.
        let mut undated = blood_pressure("S-b");
        undated["hub_time"] = json!((now - TimeDelta::minutes(2)).to_rfc3339());
        sent.push((1, undated, "accepted", None));
        // And what is known, however long ago it left the history.
        let known: Vec<usize> = (0..self.accepted.len())
            .filter(|place| now - self.accepted[*place].arrived <= TimeDelta::days(45))
            .collect();
        for _ in 0..8.min(known.len()) {
            let place = known[usize::try_from(self.dice.below(i64::try_from(known.len()).unwrap())).unwrap()];
            let again = &self.accepted[place];
            sent.push((again.owner, again.item.clone(), "duplicate", Some(place)));
        }
        sent
    }

    fn note(&mut self, item: Value, owner: usize, now: DateTime<Utc>, id: String) {
        let serial = if item["device"] == "S-a" { "S-a" } else { "S-b" };
        let time = item.get("measured_at").or(item.get("hub_time")).unwrap();
        self.accepted.push(Accepted {
            owner,
            serial,
            counts_at: time.as_str().unwrap().parse().unwrap(),
            arrived: now,
            id,
            item,
        });
    }

    /// Readings by owner, device and UTC day with the hour in it.
    fn ledger(&self) -> BTreeMap<(usize, &'static str, NaiveDate, usize), i64> {
        let mut ledger = BTreeMap::new();
        for one in &self.accepted {
            let hour = usize::try_from(one.counts_at.hour()).unwrap();
            *ledger
                .entry((one.owner, one.serial, one.counts_at.date_naive(), hour))
                .or_default() += 1;
        }
        ledger
    }
}

/// The platform with two clinics, each with a hub.
struct Months<'a> {
    world: &'a World,
    hubs: [Hub<'a>; 2],
    archive: Archive,
    router: Router,
    retention: Retention,
}

impl<'a> Months<'a> {
    async fn new(world: &'a World, folder: &std::path::Path) -> Self {
        let hubs = [Hub::new(world, "a").await, Hub::new(world, "b").await];
        for hub in &hubs {
            let wanted = json!({"archive": true});
            let chosen = hub.tenant.user.patch("/api/v1/organisation", &wanted).await;
            assert_eq!(chosen.status, 200, "{}", chosen.text);
        }
        let blobs: Arc<dyn Blobs> = Arc::new(FolderBlobs::new(folder.to_owned()));
        let archive = Archive::new(world.ground.clone(), world.database.clone(), blobs);
        let shelf = Shelf::new(world.ground.clone(), &world.database);
        let before: Vec<Box<dyn vitalwire_server::history::retention::BeforeItGoes>> =
            vec![Box::new(shelf), Box::new(archive.clone())];
        Self {
            router: Router::new(
                world.ground.clone(),
                world.database.system_forwarding().clone(),
                Signals::local(),
            ),
            retention: Retention::new(world.ground.clone(), world.database.clone(), before),
            world,
            hubs,
            archive,
        }
    }

    async fn send(&self, account: &mut Account) {
        let now = self.world.clock.now();
        let sent = account.of_a_day(now);
        for (place, hub) in self.hubs.iter().enumerate() {
            let of_hub: Vec<_> = sent.iter().filter(|(owner, ..)| *owner == place).collect();
            let items: Vec<Value> = of_hub.iter().map(|(_, item, ..)| item.clone()).collect();
            let body = batch(&items);
            let answer = hub.send(&hub.token(&body), &body).await;
            let verdicts = answer.body["verdicts"].as_array();
            let verdicts = verdicts.unwrap_or_else(|| panic!("{}", answer.text));
            assert_eq!(verdicts.len(), items.len());
            for ((_, item, wanted, known), verdict) in of_hub.into_iter().zip(verdicts) {
                assert_eq!(verdict["status"], *wanted, "{item} {verdict}");
                let id = verdict["id"].as_str().unwrap().to_owned();
                match known {
                    Some(place) => assert_eq!(account.accepted[*place].id, id),
                    None => account.note(item.clone(), place, now, id),
                }
            }
        }
    }

    /// Everything but the night's work that a day brings.
    async fn night(&mut self) {
        self.router.route_waiting().await.unwrap();
        self.world.clock.advance(TimeDelta::days(1));
        let today = self.world.clock.now().date_naive();
        make_partitions(self.world.database.system_forwarding(), today)
            .await
            .unwrap();
        self.retention.run().await.unwrap();
    }

    /// What lies in the history: each reading with its customer.
    async fn history(&self) -> BTreeMap<String, Uuid> {
        let rows: Vec<(Uuid, Uuid)> = sqlx::query_as("select id, customer_id from reading")
            .fetch_all(&self.world.sql)
            .await
            .unwrap();
        rows.into_iter()
            .map(|(id, customer)| (id.to_string(), customer))
            .collect()
    }

    fn customer(&self, place: usize) -> Uuid {
        self.hubs[place].tenant.customer.parse().unwrap()
    }

    async fn is_as_accounted(&self, account: &Account) {
        let oldest = self.world.clock.now().date_naive() - chrono::Days::new(HISTORY_DAYS);
        let expected: BTreeMap<String, Uuid> = account
            .accepted
            .iter()
            .filter(|one| one.arrived.date_naive() >= oldest)
            .map(|one| (one.id.clone(), self.customer(one.owner)))
            .collect();
        assert_eq!(self.history().await, expected);
    }

    async fn ledger(&self) -> BTreeMap<(usize, &'static str, NaiveDate, usize), i64> {
        let rows: Vec<(Uuid, Uuid, NaiveDate, Vec<i32>)> =
            sqlx::query_as("select customer_id, device_id, day, hourly from usage_device_day")
                .fetch_all(&self.world.sql)
                .await
                .unwrap();
        let mut ledger = BTreeMap::new();
        for (customer, device, day, hourly) in rows {
            let owner = usize::from(customer == self.customer(1));
            let is_a = device.to_string() == self.hubs[0].tenant.device;
            let serial = if is_a { "S-a" } else { "S-b" };
            for (hour, count) in hourly.into_iter().enumerate().filter(|(_, count)| *count > 0) {
                ledger.insert((owner, serial, day, hour), i64::from(count));
            }
        }
        ledger
    }

    /// The ids of a customer's readings in the archive, each once.
    async fn archived(&self, place: usize, days: &BTreeSet<NaiveDate>) -> BTreeSet<String> {
        let customer = self.hubs[place].tenant.customer_id();
        let mut ids = BTreeSet::new();
        for day in days {
            let Some(manifest) = self.archive.manifest(customer, *day).await.unwrap() else {
                continue;
            };
            for part in manifest
                .parts
                .iter()
                .filter(|part| part.content == Content::Observations)
            {
                let lines = String::from_utf8(self.archive.lines(part).await.unwrap()).unwrap();
                for line in lines.lines() {
                    let observation: Value = serde_json::from_str(line).unwrap();
                    let id = observation["id"].as_str().unwrap().to_owned();
                    assert!(ids.insert(id.clone()), "{id} lies there twice");
                }
            }
        }
        ids
    }
}

#[tokio::test]
async fn two_months_are_lived_through() {
    let world = World::new().await;
    let folder = std::env::temp_dir().join(format!("vw-months-{}", world.ground.id::<Uuid>()));
    let mut months = Months::new(&world, &folder).await;
    // Held for ten days before: what is measured then has an owner.
    let began = world.clock.now() - TimeDelta::days(9);
    let mut account = Account {
        dice: Dice(7),
        began,
        moved_at: None,
        accepted: Vec::new(),
        number: 0,
    };
    for day in 0..DAYS {
        if day == MOVED {
            let path = format!("/api/v1/devices/{}", months.hubs[0].tenant.device);
            let to_b = json!({"customer_id": months.hubs[1].tenant.customer});
            let admin = world.admin().await;
            let moved = admin.post(&format!("{path}/assignments"), &to_b).await;
            assert_eq!(moved.status, 201, "{}", moved.text);
            let active = admin.patch(&path, &json!({"state": "active"})).await;
            assert_eq!(active.status, 200, "{}", active.text);
            account.moved_at = Some(world.clock.now());
            world.clock.advance(TimeDelta::seconds(1));
        }
        months.send(&mut account).await;
        months.night().await;
        months.is_as_accounted(&account).await;
    }
    assert_eq!(months.ledger().await, account.ledger());
    for _ in 0..=HISTORY_DAYS {
        months.night().await;
    }
    assert_eq!(months.history().await.len(), 0);
    assert_eq!(months.ledger().await, account.ledger(), "it outlives the history");
    let days: BTreeSet<NaiveDate> = account
        .accepted
        .iter()
        .map(|one| one.arrived.date_naive())
        .collect();
    for place in [0, 1] {
        let of_place = account.accepted.iter().filter(|one| one.owner == place);
        let expected: BTreeSet<String> = of_place.map(|one| one.id.clone()).collect();
        assert_eq!(months.archived(place, &days).await, expected);
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
