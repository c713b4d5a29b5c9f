//! How long a reading takes from its commit to the customer's server, while many customers' devices send at a steady rate, and
//! while some of the customers' servers are dead or slow. What counts is what arrives at the healthy ones.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use vitalwire_tests::World;

use crate::drive::{Drive, Work};
use crate::error::LoadError;
use crate::http::{Answer, Target};
use crate::own;
use crate::pace::Pace;
use crate::readings::{Device, Kind, Readings};
use crate::receiver::{Manner, Receivers};
use crate::senders::Devices;
use crate::tally::{Latencies, Tally, Verdicts};

/// The slow ones answer after this, within the platform's patience.
const SLOW: Duration = Duration::from_secs(5);
/// When nothing has arrived for so long, what is missing is missing.
const PATIENCE: Duration = Duration::from_secs(10);
const CONNECTIONS: usize = 64;

/// The scene.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// Customers, each with a device and a server of its own
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=1000))]
    customers: u16,
    /// Readings a second, over all of them
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    rate: u32,
    /// Seconds
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=3600))]
    duration: u16,
    /// Of the customers' servers, how many are dead: every other refuses connections, the rest take them and say nothing
    #[arg(long, default_value_t = 0)]
    dead: u16,
    /// And how many answer after 5 s
    #[arg(long, default_value_t = 0)]
    slow: u16,
}

/// Sets the scene, drives it, and waits for what is on its way.
pub(crate) async fn run(options: Options) -> Result<Map<String, Value>, LoadError> {
    if options.dead.saturating_add(options.slow) >= options.customers {
        return Err(LoadError::Wanting(
            "no customer's server is left healthy: lower --dead and --slow",
        ));
    }
    let mut world = own::world().await;
    let mut receivers = Receivers::new(true);
    let devices = scene(&mut world, &mut receivers, &options).await?;
    eprintln!(
        "{} customers are there; {} readings a second for {} s",
        options.customers, options.rate, options.duration
    );
    let target = Target::parse(&world.server.url()).await?;
    let work = Arc::new(Tracked {
        devices: Devices::new(&target, devices, Readings::new(false))?,
        acknowledged: Mutex::default(),
    });
    let drive = Drive {
        connections: CONNECTIONS,
        pace: Pace::Open(f64::from(options.rate)),
        duration: options.length(),
    };
    let (tally, elapsed) = drive.run(&target, &work).await?;
    let acknowledged = std::mem::take(&mut *work.acknowledged.lock().unwrap_or_else(PoisonError::into_inner));
    let result = arrived(&options, acknowledged, &mut receivers, (tally, elapsed)).await;
    // The server's stop waits for requests under way at servers that say nothing.
    drop(receivers);
    world.server.stop();
    Ok(result)
}

impl Options {
    /// How long it sends.
    pub(crate) fn length(&self) -> Duration {
        Duration::from_secs(self.duration.into())
    }

    /// The dead come first, then the slow.
    fn manner(&self, place: usize) -> Manner {
        let (dead, slow) = (usize::from(self.dead), usize::from(self.slow));
        match place {
            _ if place < dead && place.is_multiple_of(2) => Manner::Refusing,
            _ if place < dead => Manner::Silent,
            _ if place < dead + slow => Manner::Slow(SLOW),
            _ => Manner::Healthy,
        }
    }
}

/// A customer each, with a device and a server.
async fn scene(
    world: &mut World,
    receivers: &mut Receivers,
    options: &Options,
) -> Result<Vec<Device>, LoadError> {
    let model = world.model("Load cuff", &["blood_pressure"], "cellular").await;
    let mut devices = Vec::new();
    for place in 0..usize::from(options.customers) {
        let customer = own::customer(world, place).await;
        let url = receivers.open(place, options.manner(place))?;
        world.endpoint(&customer, &url).await;
        let device = world.device(&customer, &model, &format!("L{place:06}")).await;
        devices.push(Device::new(
            &device.serial,
            Kind::BloodPressure,
            device.client.token(),
        ));
    }
    Ok(devices)
}

/// Devices, of whose readings is noted when they were acknowledged. The answer follows the commit at once.
#[derive(Debug)]
struct Tracked {
    devices: Arc<Devices>,
    acknowledged: Mutex<Vec<Acknowledged>>,
}

#[derive(Debug)]
struct Acknowledged {
    place: usize,
    at: Instant,
    answer: Vec<u8>,
}

impl Work for Tracked {
    fn request(&self, number: u64, into: &mut Vec<u8>) -> Result<(), LoadError> {
        self.devices.request(number, into)
    }

    fn verdicts(&self, number: u64, answer: &Answer<'_>) -> Verdicts {
        let (at, verdicts) = (Instant::now(), self.devices.verdicts(number, answer));
        if verdicts.accepted == 1 {
            let (place, answer) = (self.devices.index(number), answer.body.to_vec());
            let mut acknowledged = self.acknowledged.lock().unwrap_or_else(PoisonError::into_inner);
            acknowledged.push(Acknowledged { place, at, answer });
        }
        verdicts
    }
}

async fn arrived(
    options: &Options,
    acknowledged: Vec<Acknowledged>,
    receivers: &mut Receivers,
    (tally, elapsed): (Tally, Duration),
) -> Map<String, Value> {
    let healthy = |place: usize| options.manner(place) == Manner::Healthy;
    let at_healthy = acknowledged.iter().filter(|one| healthy(one.place));
    let mut missing: HashMap<String, Instant> = at_healthy
        .flat_map(|one| ids(&one.answer).map(|id| (id, one.at)))
        .collect();
    let (expected, mut latencies) = (missing.len(), Latencies::default());
    while !missing.is_empty() {
        let Some(arrival) = receivers.next(PATIENCE).await else {
            break;
        };
        if !healthy(arrival.place) {
            continue;
        }
        for since in ids(&arrival.body).filter_map(|id| missing.remove(&id)) {
            // Where the delivery overtook the answer to the sender, that is no time.
            latencies.add(arrival.at.saturating_duration_since(since));
        }
    }
    let mut intake = Map::new();
    tally.write(elapsed, &mut intake);
    let mut errors = Map::new();
    if !missing.is_empty() {
        errors.insert("not_delivered".into(), json!(missing.len()));
    }
    let mut result = Map::new();
    result.insert("customers".into(), json!(options.customers));
    result.insert("dead".into(), json!(options.dead));
    result.insert("slow".into(), json!(options.slow));
    result.insert("rate_wanted".into(), json!(options.rate));
    result.insert("delivered".into(), json!(expected - missing.len()));
    latencies.write(&mut result);
    result.insert("errors".into(), Value::Object(errors));
    result.insert("intake".into(), Value::Object(intake));
    result
}

/// The readings in an answer of ours or in a delivery, alone or in a batch.
fn ids(body: &[u8]) -> impl Iterator<Item = String> + use<> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let events = body["data"]["events"].as_array().cloned();
    let id = |event: &Value| {
        event["data"]["id"]
            .as_str()
            .or(event["id"].as_str())
            .map(str::to_owned)
    };
    let found: Vec<String> = events
        .unwrap_or_else(|| vec![body])
        .iter()
        .filter_map(id)
        .collect();
    found.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_are_found_in_answers_and_deliveries() {
        let of = |text: &str| ids(text.as_bytes()).collect::<Vec<_>>();
        assert_eq!(of(r#"{"id":"a","status":"accepted"}"#), ["a"]);
        assert_eq!(
            of(r#"{"type":"reading.created","data":{"id":"b","device":{"id":"no"}}}"#),
            ["b"]
        );
        let batch = r#"{"type":"reading.batch","data":{"events":[{"data":{"id":"c"}},{"data":{"id":"d"}}]}}"#;
        assert_eq!(of(batch), ["c", "d"]);
        assert!(of("no json").is_empty());
    }

    #[test]
    fn the_dead_and_the_slow_are_as_many_as_asked_for() {
        let options = Options {
            customers: 100,
            rate: 500,
            duration: 20,
            dead: 10,
            slow: 10,
        };
        let count = |manner| (0..100).filter(|place| options.manner(*place) == manner).count();
        let manners = [
            Manner::Refusing,
            Manner::Silent,
            Manner::Slow(SLOW),
            Manner::Healthy,
        ];
        assert_eq!(manners.map(count), [5, 5, 10, 80]);
    }
}
