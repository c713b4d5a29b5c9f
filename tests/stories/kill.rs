//! No acknowledged reading is ever lost: readings are sent while the server is killed again and again.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use sqlx::Row;
use tokio::sync::watch;
use vitalwire_tests::{Device, Receiver, World, now, soak};

const SENDERS: usize = 16;
const DEVICES: usize = 20;

/// What a sender was told: device serial and measured time → the reading's id.
pub(crate) type Acknowledged = HashMap<(String, i64), String>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_reading_survives_the_kills_and_is_delivered() {
    let total = if soak() { 100_000 } else { 10_000 };
    let kills: usize = if soak() { 20 } else { 3 };
    let mut world = World::new().await;
    let receiver = Receiver::start();
    let customer = world.customer("Northside Clinic").await;
    let model = world.model("Cuff 1", &["blood_pressure"], "cellular").await;
    let mut devices = Vec::new();
    for number in 0..DEVICES {
        devices.push(world.device(&customer, &model, &format!("K{number:05}")).await);
    }
    world.endpoint(&customer, receiver.url()).await;

    let (alive, up) = watch::channel(true);
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let (progress, mut seen) = watch::channel(0);
    let start = now() - TimeDelta::hours(20);
    let senders: Vec<_> = (0..SENDERS)
        .map(|nth| {
            let sender = Sender {
                devices: devices.clone(),
                up: up.clone(),
                acknowledged: Arc::clone(&acknowledged),
                progress: progress.clone(),
                start,
            };
            tokio::spawn(sender.send((nth..total).step_by(SENDERS)))
        })
        .collect();

    for kill in 1..=kills {
        let mark = total * kill / (kills + 1);
        seen.wait_for(|count| *count >= mark)
            .await
            .expect("the senders live");
        alive.send_replace(false);
        world.server.kill();
        world.server.restart().await;
        alive.send_replace(true);
    }
    let mut told = Acknowledged::new();
    for sender in senders {
        told.extend(sender.await.expect("a sender ends"));
    }
    assert_eq!(told.len(), total, "every sender was answered in the end");

    let stored = stored(&world).await;
    let doubled = stored.values().filter(|ids| ids.len() > 1).count();
    let missing = told
        .iter()
        .filter(|(key, id)| stored.get(*key).is_none_or(|ids| !ids.contains(*id)))
        .count();
    let wanted: HashSet<String> = told.values().cloned().collect();
    let (mut undelivered, mut deliveries) = (wanted.clone(), 0);
    receiver
        .each_until(|delivery| {
            deliveries += 1;
            for id in delivery.reading_ids() {
                undelivered.remove(&id);
            }
            undelivered.is_empty()
        })
        .await;
    println!(
        "{total} readings acknowledged over {kills} SIGKILLs: {} in the history, {missing} missing, {doubled} doubled; \
         {} delivered at least once in {deliveries} deliveries",
        stored.len(),
        wanted.len() - undelivered.len(),
    );
    assert_eq!((missing, doubled), (0, 0));
    assert_eq!(stored.len(), total, "nothing was stored that nobody sent");
    world.server.stop();
}

/// Sends for devices that have tokens of their own.
pub(crate) struct Sender {
    pub(crate) devices: Vec<Device>,
    /// While this is false, nobody is asked.
    pub(crate) up: watch::Receiver<bool>,
    pub(crate) acknowledged: Arc<AtomicUsize>,
    pub(crate) progress: watch::Sender<usize>,
    pub(crate) start: DateTime<Utc>,
}

impl Sender {
    /// Sends each reading until it is answered, as a device does that keeps what was not acknowledged.
    pub(crate) async fn send(mut self, numbers: impl Iterator<Item = usize>) -> Acknowledged {
        let mut told = Acknowledged::new();
        for number in numbers {
            let device = &self.devices[number % self.devices.len()];
            let at = self.start + TimeDelta::milliseconds(i64::try_from(number).expect("small") * 7);
            let reading = json!({"device": device.serial, "kind": "blood_pressure", "measured_at": at.to_rfc3339(),
                "values": {"systolic": 100 + number % 60, "diastolic": 60 + number % 30, "pulse": 60}});
            let id = loop {
                self.up.wait_for(|up| *up).await.expect("the story goes on");
                match device.client.try_post("/v1/telemetry", &reading).await {
                    Ok(answer) if answer.status == 202 || answer.status == 200 => {
                        break answer.body["id"].as_str().expect("an id").to_owned();
                    }
                    Ok(answer) => assert_eq!(answer.status, 503, "{}", answer.text),
                    Err(_) => {}
                }
            };
            told.insert((device.serial.clone(), at.timestamp_millis()), id);
            let count = self.acknowledged.fetch_add(1, Ordering::Relaxed) + 1;
            self.progress
                .send_if_modified(|seen| std::mem::replace(seen, count.max(*seen)) < count);
        }
        told
    }
}

/// What is really in the history, read past every policy.
pub(crate) async fn stored(world: &World) -> BTreeMap<(String, i64), Vec<String>> {
    let mut owner = world.server.owner().await;
    let rows = sqlx::query(
        "select d.serial, r.device_time_ms, r.id::text from reading r join device d on d.id = r.device_id",
    )
    .fetch_all(&mut owner)
    .await
    .expect("the history can be read");
    let mut stored: BTreeMap<(String, i64), Vec<String>> = BTreeMap::new();
    for row in rows {
        stored
            .entry((row.get(0), row.get(1)))
            .or_default()
            .push(row.get(2));
    }
    stored
}
