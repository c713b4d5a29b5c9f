//! What came of the requests: counts, and every latency as it was.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::http::Fault;

/// What became of the readings in one request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Verdicts {
    /// New and durable.
    pub(crate) accepted: u64,
    /// Duplicates, quarantined, refused.
    pub(crate) others: u64,
}

/// Counts of one connection, or of all together.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    latencies: Latencies,
    statuses: BTreeMap<u16, u64>,
    faults: BTreeMap<&'static str, u64>,
    verdicts: Verdicts,
}

impl Tally {
    /// An answer came. The latency of a refusal is not counted: a server that refuses everything at once is not fast.
    pub(crate) fn answered(&mut self, took: Duration, status: u16, verdicts: Verdicts) {
        *self.statuses.entry(status).or_default() += 1;
        self.verdicts.accepted += verdicts.accepted;
        self.verdicts.others += verdicts.others;
        if is_success(status) {
            self.latencies.add(took);
        }
    }

    /// None came. The time until then counts: it took at least so long.
    pub(crate) fn failed(&mut self, took: Duration, fault: Fault) {
        *self.faults.entry(fault.as_str()).or_default() += 1;
        self.latencies.add(took);
    }

    /// Adds another connection's.
    pub(crate) fn merge(&mut self, other: Self) {
        let Self {
            latencies,
            statuses,
            faults,
            verdicts,
        } = other;
        self.latencies.micros.extend(latencies.micros);
        for (status, count) in statuses {
            *self.statuses.entry(status).or_default() += count;
        }
        for (fault, count) in faults {
            *self.faults.entry(fault).or_default() += count;
        }
        self.verdicts.accepted += verdicts.accepted;
        self.verdicts.others += verdicts.others;
    }

    /// Requests that had a 2xx.
    pub(crate) fn successes(&self) -> u64 {
        let good = self.statuses.iter().filter(|(status, _)| is_success(**status));
        good.map(|(_, count)| count).sum()
    }

    /// Readings that are new and durable.
    pub(crate) fn accepted(&self) -> u64 {
        self.verdicts.accepted
    }

    /// Adds its fields to a result. Rates are over the time that the run really took.
    pub(crate) fn write(self, elapsed: Duration, into: &mut Map<String, Value>) {
        let seconds = elapsed.as_secs_f64().max(1e-9);
        let answers: u64 = self.statuses.values().sum();
        let faults: u64 = self.faults.values().sum();
        let mut errors: Map<String, Value> = Map::new();
        for (status, count) in self.statuses.iter().filter(|(status, _)| !is_success(**status)) {
            errors.insert(status.to_string(), json!(count));
        }
        errors.extend(
            self.faults
                .iter()
                .map(|(fault, count)| ((*fault).to_owned(), json!(count))),
        );
        let statuses = self.statuses.iter();
        let statuses: Map<String, Value> = statuses
            .map(|(status, count)| (status.to_string(), json!(count)))
            .collect();
        into.insert("seconds".into(), rounded(seconds));
        into.insert("requests".into(), json!(answers + faults));
        into.insert("readings".into(), json!(self.verdicts.accepted));
        into.insert("readings_not_new".into(), json!(self.verdicts.others));
        into.insert("per_second".into(), rounded(float(self.successes()) / seconds));
        into.insert(
            "readings_per_second".into(),
            rounded(float(self.verdicts.accepted) / seconds),
        );
        into.insert("errors".into(), Value::Object(errors));
        into.insert("statuses".into(), Value::Object(statuses));
        self.latencies.write(into);
    }
}

/// Durations, all of them, to the microsecond.
#[derive(Debug, Default)]
pub(crate) struct Latencies {
    micros: Vec<u32>,
}

impl Latencies {
    /// One more; an hour and more is an hour.
    pub(crate) fn add(&mut self, took: Duration) {
        self.micros
            .push(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
    }

    /// Adds its percentiles to a result; null where there is nothing to say.
    pub(crate) fn write(mut self, into: &mut Map<String, Value>) {
        self.micros.sort_unstable();
        for (name, per_mille) in [
            ("p50_ms", 500),
            ("p90_ms", 900),
            ("p99_ms", 990),
            ("p999_ms", 999),
            ("max_ms", 1000),
        ] {
            let micros = percentile(&self.micros, per_mille);
            into.insert(
                name.into(),
                micros.map_or(Value::Null, |micros| rounded(f64::from(micros) / 1e3)),
            );
        }
    }
}

/// The smallest value that so many of a thousand do not exceed (nearest rank): always one that was measured.
fn percentile(sorted: &[u32], per_mille: usize) -> Option<u32> {
    let rank = (sorted.len() * per_mille).div_ceil(1000);
    sorted.get(rank.checked_sub(1)?).copied()
}

fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

/// A count, for dividing.
#[expect(clippy::cast_precision_loss, reason = "no run makes 2^53 requests")]
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}

/// To three digits behind the point.
pub(crate) fn rounded(value: f64) -> Value {
    json!((value * 1e3).round() / 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let hundred: Vec<u32> = (1..=100).collect();
        let of = |per_mille| percentile(&hundred, per_mille);
        assert_eq!(
            (of(500), of(900), of(990), of(999), of(1000)),
            (Some(50), Some(90), Some(99), Some(100), Some(100))
        );
        assert_eq!(percentile(&[7], 500), Some(7));
        assert_eq!(percentile(&[1, 2], 500), Some(1));
        assert_eq!(percentile(&[1, 2], 501), Some(2));
        assert_eq!(percentile(&[], 500), None);
    }

    #[test]
    fn refusals_are_errors_and_no_latencies_and_faults_are_both() {
        let mut tally = Tally::default();
        for _ in 0..98 {
            tally.answered(
                MS,
                202,
                Verdicts {
                    accepted: 1,
                    others: 0,
                },
            );
        }
        tally.answered(MS / 1000, 503, Verdicts::default());
        let mut other = Tally::default();
        other.failed(9 * MS, Fault::Timeout);
        other.answered(
            2 * MS,
            200,
            Verdicts {
                accepted: 0,
                others: 1,
            },
        );
        tally.merge(other);
        let mut result = Map::new();
        tally.write(Duration::from_secs(2), &mut result);
        assert_eq!(result["requests"], 101);
        assert_eq!(
            (&result["readings"], &result["readings_not_new"]),
            (&json!(98), &json!(1))
        );
        assert_eq!(
            (&result["per_second"], &result["readings_per_second"]),
            (&json!(49.5), &json!(49.0))
        );
        assert_eq!(result["errors"], json!({"503": 1, "timeout": 1}));
        assert_eq!(result["statuses"], json!({"200": 1, "202": 98, "503": 1}));
        assert_eq!(
            (&result["p50_ms"], &result["p99_ms"], &result["max_ms"]),
            (&json!(1.0), &json!(2.0), &json!(9.0))
        );
    }

    #[test]
    fn without_a_request_there_is_no_percentile() {
        let mut result = Map::new();
        Tally::default().write(Duration::ZERO, &mut result);
        assert_eq!(
            (&result["p99_ms"], &result["requests"]),
            (&Value::Null, &json!(0))
        );
    }
}
