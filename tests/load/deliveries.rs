//! How many deliveries a second one healthy server of a customer gets, one reading each or in batches: a backlog is gathered
//! while its endpoint is paused, and timed from the moment when it is let go until all of it is there.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use vitalwire_tests::{Customer, World};

use crate::drive::Drive;
use crate::error::LoadError;
use crate::http::Target;
use crate::memory::Watch;
use crate::own;
use crate::pace::Pace;
use crate::readings::Readings;
use crate::receiver::{Manner, Receivers};
use crate::senders::Hubs;
use crate::tally::{float, rounded};

/// When nothing has arrived for so long, what is missing is missing.
const PATIENCE: Duration = Duration::from_secs(10);
/// The backlog comes in hubs' batches, so many a second: within what the platform takes without being pushed.
const BATCH: u64 = 500;
const BATCHES_A_SECOND: f64 = 50.0;
/// How long the router may take for what is left.
const ROUTED: Duration = Duration::from_mins(2);

/// The backlog.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// Readings in one delivery at most
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=100))]
    batch: u16,
    /// Readings in the backlog [default: 60000 one by one, 300000 in batches]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=5_000_000))]
    readings: Option<u64>,
    /// Requests under way at once at that server, up to 64 [default: the platform's]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=64))]
    concurrency: Option<u16>,
}

/// Gathers the backlog, lets it go, counts.
pub(crate) async fn run(options: Options) -> Result<Map<String, Value>, LoadError> {
    let mut world = own::world().await;
    let customer = own::customer(&mut world, 0).await;
    let mut receivers = Receivers::new(false);
    let url = receivers.open(0, Manner::Healthy)?;
    let (endpoint, _) = world.endpoint(&customer, &url).await;
    let endpoint = format!("/api/v1/endpoints/{endpoint}");
    let mut paused = json!({"batch_max": options.batch, "state": "disabled"});
    if let Some(concurrency) = options.concurrency {
        paused["max_concurrency"] = json!(concurrency);
    }
    customer.user.patch(&endpoint, &paused).await.ok();
    let usual = if options.batch == 1 { 60_000 } else { 300_000 };
    let gathered = gather(&world, &customer, options.readings.unwrap_or(usual)).await?;
    eprintln!("{gathered} readings wait; the endpoint is let go");
    let memory = Watch::start(world.server.pid());
    let began = Instant::now();
    customer
        .user
        .patch(&endpoint, &json!({"state": "active"}))
        .await
        .ok();
    let count = count(&mut receivers, gathered, began).await;
    let mut result = Map::new();
    result.insert("batch".into(), json!(options.batch));
    count.write(gathered, &mut result);
    memory.write(&mut result);
    world.server.stop();
    Ok(result)
}

/// Returns how many readings the platform has taken and made ready for delivery.
async fn gather(world: &World, customer: &Customer, readings: u64) -> Result<u64, LoadError> {
    let name = "Load 0000";
    let devices = own::devices(world, name, 1000, 0)?;
    let hubs = own::hubs(world, customer, 32).await?;
    eprintln!("{} devices and {} hubs are there", devices.len(), hubs.len());
    let target = Target::parse(&world.server.url()).await?;
    let work = Hubs::new(&target, hubs, devices, Readings::new(false), BATCH)?;
    let drive = Drive {
        connections: 8,
        pace: Pace::Open(BATCHES_A_SECOND),
        duration: Duration::from_secs_f64(float(readings.div_ceil(BATCH)) / BATCHES_A_SECOND),
    };
    let (tally, _) = drive.run(&target, &work).await?;
    let taken = tally.accepted();
    eprintln!("{taken} readings are taken; the router makes them ready for delivery");
    let mut owner = world.server.owner().await;
    let began = Instant::now();
    while began.elapsed() < ROUTED {
        let waiting = sqlx::query_scalar("select count(*) from outbox").fetch_one(&mut owner);
        if waiting.await.is_ok_and(|waiting: i64| waiting == 0) {
            return Ok(taken);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err(LoadError::Wanting(
        "the router did not take the readings within two minutes: is the machine busy with something else?",
    ))
}

#[derive(Debug, Default)]
struct Count {
    deliveries: u64,
    again: u64,
    readings: u64,
    took: Duration,
}

async fn count(receivers: &mut Receivers, expected: u64, began: Instant) -> Count {
    let (mut count, mut seen) = (Count::default(), HashSet::new());
    while count.readings < expected {
        let Some(arrival) = receivers.next(PATIENCE).await else {
            break;
        };
        if seen.insert(arrival.webhook_id) {
            count.deliveries += 1;
            count.readings += arrival.readings;
            count.took = arrival.at.saturating_duration_since(began);
        } else {
            count.again += 1;
        }
    }
    count
}

impl Count {
    fn write(&self, expected: u64, into: &mut Map<String, Value>) {
        let seconds = self.took.as_secs_f64().max(1e-9);
        let mut errors = Map::new();
        for (name, number) in [
            ("not_delivered", expected.saturating_sub(self.readings)),
            ("sent_again", self.again),
        ] {
            if number > 0 {
                errors.insert(name.into(), json!(number));
            }
        }
        into.insert("requests".into(), json!(self.deliveries));
        into.insert("readings".into(), json!(self.readings));
        into.insert("seconds".into(), rounded(seconds));
        into.insert("per_second".into(), rounded(float(self.deliveries) / seconds));
        into.insert(
            "readings_per_second".into(),
            rounded(float(self.readings) / seconds),
        );
        into.insert("errors".into(), Value::Object(errors));
    }
}
