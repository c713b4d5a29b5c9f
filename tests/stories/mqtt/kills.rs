//! Broker, server and PostgreSQL are killed at random while devices send over MQTT and HTTP and a hub sends batches: nothing
//! that a sender heard to be durable is missing, and nothing is there twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use serde_json::{Value, json};
use tokio::sync::watch;
use vitalwire_tests::{ClaimedHub, Device, MqttLoad, Postmaster, kinds, now, seed, soak};

use super::Scene;
use crate::kill::{Acknowledged, Sender, stored};

/// Devices that send over the broker.
const OVER_MQTT: usize = 4;
/// Devices that send by HTTP, each at its own pace.
const BY_HTTP: usize = 4;
/// Readings in a hub's message.
const BATCH: i64 = 50;

#[derive(Debug, Clone, Copy)]
enum Victim {
    Broker,
    Server,
    Postgres,
}

impl Victim {
    const ALL: [Self; 3] = [Self::Broker, Self::Server, Self::Postgres];

    /// Kills it as a power cut would, and brings it back, where nobody else does.
    async fn fall(self, scene: &mut Scene, alive: &watch::Sender<bool>) {
        match self {
            Self::Broker => {
                scene.broker.kill();
                scene.broker.start().await;
            }
            Self::Server => {
                alive.send_replace(false);
                scene.world.server.kill();
                scene.world.server.restart().await;
                alive.send_replace(true);
            }
            Self::Postgres => {
                let folder = scene.world.server.folder();
                Postmaster::of(folder).expect("it runs").kill().await;
            }
        }
    }
}

/// Who falls when at least so many readings over MQTT were acknowledged: each at least once.
fn plan(rng: &mut Rng, kills: usize, total: usize) -> Vec<(usize, Victim)> {
    let mut victims: Vec<Victim> = Victim::ALL.to_vec();
    victims.extend((Victim::ALL.len()..kills).map(|_| Victim::ALL[rng.usize(..Victim::ALL.len())]));
    rng.shuffle(&mut victims);
    let mut marks: Vec<usize> = victims.iter().map(|_| rng.usize(1..total)).collect();
    marks.sort_unstable();
    marks.into_iter().zip(victims).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_missing_and_none_is_there_twice_whoever_is_killed() {
    let (each, kills) = if soak() { (8_000, 40) } else { (400, 5) };
    let mut rng = Rng::with_seed(seed());

    let serials: Vec<String> = (1..=OVER_MQTT).map(|number| format!("M{number:05}")).collect();
    let mut scene = Scene::new(&serials.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let mut tokens = Vec::new();
    for serial in &serials {
        let token = scene.device(serial).await.client.token().to_owned();
        tokens.push((serial.clone(), token));
    }
    let mut devices = Vec::new();
    for number in 0..BY_HTTP {
        devices.push(scene.device(&format!("H{number:05}")).await);
    }
    let hub = scene.world.active_hub(&scene.customer, "HUB-1").await;
    scene.device("B00001").await;

    let start = now() - TimeDelta::hours(20);
    let (alive, up) = watch::channel(true);
    let enough = Arc::new(AtomicBool::new(false));
    let by_http = devices
        .into_iter()
        .map(|device| tokio::spawn(sender(device, up.clone(), start).send((0..).take_while(until(&enough)))));
    let mut others: Vec<_> = by_http.collect();
    others.push(tokio::spawn(send_batches(
        hub,
        up.clone(),
        start,
        (0..).take_while(until(&enough)),
    )));

    let total = OVER_MQTT * each;
    let mut plan = plan(&mut rng, kills, total).into_iter().peekable();
    let mut load = MqttLoad::start(&scene.broker, &tokens, each, start.timestamp_millis());
    let mut told = Acknowledged::new();
    let mut fallen = Vec::new();
    while let Some((serial, at, id)) = load.acknowledged().await {
        told.insert((serial, at), id);
        while let Some((_, victim)) = plan.next_if(|(mark, _)| told.len() >= *mark) {
            victim.fall(&mut scene, &alive).await;
            fallen.push(victim);
        }
    }
    assert_eq!(
        (fallen.len(), told.len()),
        (kills, total),
        "every device was answered"
    );
    enough.store(true, Ordering::Relaxed);
    for other in others {
        told.extend(other.await.expect("every sender was answered in the end"));
    }
    let total = told.len();

    let stored = stored(&scene.world).await;
    let doubled = stored.values().filter(|ids| ids.len() > 1).count();
    let missing = told
        .iter()
        .filter(|(key, id)| stored.get(*key).is_none_or(|ids| !ids.contains(*id)))
        .count();
    println!(
        "{total} readings acknowledged over MQTT, by HTTP and from a hub, {fallen:?} killed: {} in the history, {missing} \
         missing, {doubled} doubled",
        stored.len()
    );
    assert_eq!((missing, doubled), (0, 0));
    assert_eq!(stored.len(), total, "nothing was stored that nobody sent");
    scene.world.server.stop();
}

/// Goes on until it is enough.
fn until<T>(enough: &Arc<AtomicBool>) -> impl Fn(&T) -> bool + use<T> {
    let enough = Arc::clone(enough);
    move |_| !enough.load(Ordering::Relaxed)
}

/// One device that sends by HTTP, for which nobody waits.
fn sender(device: Device, up: watch::Receiver<bool>, start: DateTime<Utc>) -> Sender {
    Sender {
        devices: vec![device],
        up,
        acknowledged: Arc::new(AtomicUsize::new(0)),
        progress: watch::channel(0).0,
        start,
    }
}

/// Sends a device's readings in batches, each until there is a verdict for every reading.
async fn send_batches(
    hub: ClaimedHub,
    mut up: watch::Receiver<bool>,
    start: DateTime<Utc>,
    numbers: impl Iterator<Item = i64>,
) -> Acknowledged {
    let mut told = Acknowledged::new();
    for number in numbers {
        let times: Vec<DateTime<Utc>> = (0..BATCH)
            .map(|nth| start + TimeDelta::milliseconds(number * BATCH * 7 + nth * 7))
            .collect();
        let readings: Vec<Value> = times
            .iter()
            .map(|at| kinds::reading("B00001", "blood_pressure", *at))
            .collect();
        let body = json!({"readings": readings}).to_string();
        let answer = loop {
            up.wait_for(|up| *up).await.expect("the story goes on");
            match hub.try_post(body.as_bytes()).await {
                Some(answer) if answer.status == 200 => break answer,
                Some(answer) => assert_eq!(answer.status, 503, "{}", answer.text),
                None => {}
            }
        };
        let verdicts = answer.body["verdicts"].as_array().expect("verdicts");
        for (at, verdict) in times.iter().zip(verdicts) {
            let id = verdict["id"].as_str().unwrap_or_else(|| panic!("{verdict}"));
            told.insert(("B00001".to_owned(), at.timestamp_millis()), id.to_owned());
        }
    }
    told
}
