//! Broker, server and PostgreSQL are killed while devices send: nothing that a device heard to be durable is missing, and
//! nothing is there twice.

use std::collections::HashMap;

use chrono::TimeDelta;
use vitalwire_tests::{MqttLoad, Postmaster, now, soak};

use super::Scene;
use crate::kill::stored;

const DEVICES: usize = 6;

#[derive(Debug, Clone, Copy)]
enum Victim {
    Broker,
    Server,
    Postgres,
}

impl Victim {
    /// Kills it as a power cut would, and brings it back, where nobody else does.
    async fn fall(self, scene: &mut Scene) {
        match self {
            Self::Broker => {
                scene.broker.kill();
                scene.broker.start().await;
            }
            Self::Server => {
                scene.world.server.kill();
                scene.world.server.restart().await;
            }
            Self::Postgres => {
                let folder = scene.world.server.folder();
                Postmaster::of(folder).expect("it runs").kill().await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_missing_and_none_is_there_twice_whoever_is_killed() {
    let (each, rounds) = if soak() { (5_000, 8) } else { (250, 1) };
    let serials: Vec<String> = (1..=DEVICES).map(|number| format!("M{number:05}")).collect();
    let mut scene = Scene::new(&serials.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let mut devices = Vec::new();
    for serial in &serials {
        let token = scene.device(serial).await.client.token().to_owned();
        devices.push((serial.clone(), token));
    }
    let total = DEVICES * each;
    let order = [
        Victim::Broker,
        Victim::Server,
        Victim::Postgres,
        Victim::Server,
        Victim::Broker,
    ];
    let victims: Vec<Victim> = (0..rounds).flat_map(|_| order).collect();
    let first = (now() - TimeDelta::hours(20)).timestamp_millis();

    let mut load = MqttLoad::start(&scene.broker, &devices, each, first);
    let mut told: HashMap<(String, i64), String> = HashMap::new();
    let mut fallen = 0;
    while let Some((serial, at, id)) = load.acknowledged().await {
        told.insert((serial, at), id);
        if fallen < victims.len() && told.len() >= total * (fallen + 1) / (victims.len() + 1) {
            victims[fallen].fall(&mut scene).await;
            fallen += 1;
        }
    }
    assert_eq!(
        (fallen, told.len()),
        (victims.len(), total),
        "every device was answered in the end"
    );

    let stored = stored(&scene.world).await;
    let doubled = stored.values().filter(|ids| ids.len() > 1).count();
    let missing = told
        .iter()
        .filter(|(key, id)| stored.get(*key).is_none_or(|ids| !ids.contains(*id)))
        .count();
    println!(
        "{total} readings acknowledged over MQTT, {fallen} killed: {} in the history, {missing} missing, {doubled} doubled",
        stored.len()
    );
    assert_eq!((missing, doubled), (0, 0));
    assert_eq!(stored.len(), total, "nothing was stored that nobody sent");
    scene.world.server.stop();
}
