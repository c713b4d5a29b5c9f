//! A customer's server for an installation of somebody's own: how long readings took from their commit there to here, by the
//! `received_at` in each delivery. The two clocks must agree, so run it on the server's machine, or keep both by NTP.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use tokio::time::sleep_until;
use vitalwire_tests::now;

use crate::error::LoadError;
use crate::receiver::{Manner, Receivers};
use crate::tally::{Latencies, float, rounded};

/// Where to listen, and how long.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// Where the customer's endpoint points to
    #[arg(long, default_value = "127.0.0.1:9000")]
    listen: SocketAddr,
    /// Seconds
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    duration: u32,
}

impl Options {
    /// How long it listens.
    pub(crate) fn length(&self) -> Duration {
        Duration::from_secs(self.duration.into())
    }
}

/// Takes what comes and answers 200.
pub(crate) async fn run(options: Options) -> Result<Map<String, Value>, LoadError> {
    let mut receivers = Receivers::new(true);
    let url = receivers.open_at(options.listen, 0, Manner::Healthy)?;
    eprintln!("listening at {url} for {} s", options.duration);
    let (began, clock) = (Instant::now(), now());
    let ends = sleep_until((began + options.length()).into());
    let (mut deliveries, mut readings, mut latencies) = (0, 0, Latencies::default());
    tokio::pin!(ends);
    loop {
        let arrival = tokio::select! {
            () = &mut ends => break,
            arrival = receivers.next(options.length()) => arrival,
        };
        let Some(arrival) = arrival else { break };
        let at = clock + arrival.at.saturating_duration_since(began);
        deliveries += 1;
        readings += arrival.readings;
        for received in received_at(&arrival.body) {
            latencies.add((at - received).to_std().unwrap_or_default());
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    let mut result = Map::new();
    result.insert("requests".into(), json!(deliveries));
    result.insert("readings".into(), json!(readings));
    result.insert("seconds".into(), rounded(seconds));
    result.insert("per_second".into(), rounded(float(deliveries) / seconds));
    result.insert("readings_per_second".into(), rounded(float(readings) / seconds));
    latencies.write(&mut result);
    Ok(result)
}

/// When the platform had each reading of a delivery in its own format.
fn received_at(body: &[u8]) -> Vec<DateTime<Utc>> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let time = |event: &Value| event["data"]["received_at"].as_str()?.parse().ok();
    match body["data"]["events"].as_array() {
        Some(events) => events.iter().filter_map(time).collect(),
        None => time(&body).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_alone_and_in_batches() {
        let count = |text: &str| received_at(text.as_bytes()).len();
        assert_eq!(count(r#"{"data":{"received_at":"2026-11-21T16:44:03.734Z"}}"#), 1);
        let batch =
            r#"{"data":{"events":[{"data":{"received_at":"2026-11-21T16:44:03.734Z"}},{"data":{}}]}}"#;
        assert_eq!(count(batch), 1);
        assert_eq!(count(r#"{"type":"endpoint.test","data":{}}"#), 0);
    }
}
