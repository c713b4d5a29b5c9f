//! How long a reading takes from its commit to the customer's server, while many customers send at a steady rate.
//! Prints percentiles and asserts nothing.
//!   vitalwire-latency [CUSTOMERS [READINGS_A_SECOND [SECONDS]]]   default: 100 500 20

#![expect(
    clippy::expect_used,
    reason = "this is a tool for developers: where the scene cannot be set, it ends"
)]

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use vitalwire_tests::kinds::reading;
use vitalwire_tests::{Device, Receiver, World, now};

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let mut numbers = std::env::args()
        .skip(1)
        .map(|text| text.parse::<u32>().expect("a number"));
    let mut next = |usual: u32| numbers.next().unwrap_or(usual).max(1);
    let (customers, rate, seconds) = (next(100), next(500), next(20));
    let mut world = World::new().await;
    let receiver = Receiver::start();
    let devices = devices(&mut world, &receiver, customers).await;
    eprintln!("{customers} customers are there; {rate} readings a second for {seconds} s");

    let (mut tick, mut senders) = (tokio::time::interval(Duration::from_secs(1) / rate), Vec::new());
    for number in 0..rate * seconds {
        tick.tick().await;
        let device = devices[number as usize % devices.len()].clone();
        senders.push(tokio::spawn(send(device)));
    }
    let mut acknowledged: HashMap<String, (DateTime<Utc>, DateTime<Utc>)> = HashMap::new();
    for sender in senders {
        let (id, sent, answered) = sender.await.expect("a sender ends");
        acknowledged.insert(id, (sent, answered));
    }
    let (mut from_commit, mut from_sender) = (Vec::new(), Vec::new());
    let mut missing = acknowledged.clone();
    receiver
        .each_until(|delivery| {
            for (sent, answered) in delivery.reading_ids().iter().filter_map(|id| missing.remove(id)) {
                // The answer to the sender follows the commit at once; where the delivery overtook it, that is no time.
                from_commit.push((delivery.at - answered).as_seconds_f64().max(0.0) * 1e3);
                from_sender.push((delivery.at - sent).as_seconds_f64() * 1e3);
            }
            missing.is_empty()
        })
        .await;
    say("commit to customer's server", from_commit);
    say("sender to customer's server", from_sender);
    world.server.stop();
}

/// A customer each, with a device and the same server behind its endpoint.
async fn devices(world: &mut World, receiver: &Receiver, customers: u32) -> Vec<Device> {
    let model = world.model("Cuff L", &["blood_pressure"], "cellular").await;
    let here = world.anyone.clone();
    let mut devices = Vec::new();
    for number in 0..customers {
        // Each from a place of its own, because signing in is throttled per place.
        let [_, _, high, low] = (number + 2).to_be_bytes();
        world.anyone = here.at([127, 1, high, low]);
        let customer = world.customer(&format!("Load {number:04}")).await;
        world.endpoint(&customer, receiver.url()).await;
        world.anyone = here.clone();
        devices.push(world.device(&customer, &model, &format!("L{number:06}")).await);
    }
    devices
}

async fn send(device: Device) -> (String, DateTime<Utc>, DateTime<Utc>) {
    let sent = now();
    let answer = device
        .client
        .post("/v1/telemetry", &reading(&device.serial, "blood_pressure", sent))
        .await;
    let answered = now();
    (vitalwire_tests::id(&answer.ok()), sent, answered)
}

#[expect(clippy::print_stdout, reason = "printing is what it is for")]
fn say(what: &str, mut milliseconds: Vec<f64>) {
    milliseconds.sort_by(f64::total_cmp);
    let at = |percent: usize| {
        milliseconds
            .get(milliseconds.len() * percent / 100)
            .copied()
            .unwrap_or_default()
    };
    let (p50, p99, most) = (at(50), at(99), milliseconds.last().copied().unwrap_or_default());
    println!(
        "{what}: p50 {p50:.1} ms, p99 {p99:.1} ms, longest {most:.1} ms of {}",
        milliseconds.len()
    );
}
