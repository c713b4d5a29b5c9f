//! A file of readings for programs: canonical units, times in UTC, one column a value.

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Map, Value};
use vitals::{Field, Kind};

use crate::ground::swallow::either_way;
use crate::history::store::readings::Stored;
use crate::registry::imports::csv;

/// What stands before the values.
const BEFORE: [&str; 12] = [
    "id",
    "device_id",
    "kind",
    "status",
    "measured_at",
    "received_at",
    "device_time",
    "local_time",
    "hub_id",
    "hub_time",
    "sequence",
    "user_slot",
];

/// What can be said beside the numbers.
const WORDS: [&str; 7] = [
    "irregular",
    "meal",
    "sample",
    "site",
    "rr_intervals",
    "from",
    "to",
];

/// What stands behind the values.
const BEHIND: [&str; 4] = ["comparators", "quality", "proof", "content_hash"];

/// Which columns a file has.
#[derive(Debug, Clone)]
pub(in crate::http::api) struct Columns {
    numbers: Vec<Field>,
}

impl Columns {
    /// Of a file with one kind, or with every kind.
    pub(in crate::http::api) fn of(kind: Option<Kind>) -> Self {
        let mut numbers: Vec<Field> = Vec::new();
        for field in Kind::ALL
            .iter()
            .filter(|one| kind.is_none_or(|kind| kind == **one))
            .flat_map(|kind| kind.fields())
        {
            if !numbers.contains(field) {
                numbers.push(*field);
            }
        }
        Self { numbers }
    }

    /// The first line.
    pub(in crate::http::api) fn head(&self) -> String {
        let mut out = String::new();
        let numbers = self.numbers.iter().map(|field| field.as_str());
        csv::write(
            &mut out,
            BEFORE.into_iter().chain(numbers).chain(WORDS).chain(BEHIND),
        );
        out
    }

    /// A reading.
    pub(in crate::http::api) fn line(&self, reading: &Stored, out: &mut String) {
        let nothing = Map::new();
        let values = reading.values.as_object().unwrap_or(&nothing);
        let mut cells = before(reading);
        let mut comparators = String::new();
        for field in &self.numbers {
            let value = values.get(field.as_str());
            cells.push(plain(value.map(|value| value.get("value").unwrap_or(value))));
            if let Some(comparator) = value.and_then(|value| value.get("comparator")?.as_str()) {
                let between = if comparators.is_empty() { "" } else { " " };
                either_way(
                    write!(comparators, "{between}{field}{comparator}"),
                    "a string takes everything",
                );
            }
        }
        cells.extend(WORDS.map(|word| plain(values.get(word))));
        let quality: Vec<&str> = reading.quality.names().collect();
        cells.extend([
            comparators,
            quality.join(" "),
            reading.proof.to_string(),
            reading.hash.to_hex(),
        ]);
        csv::write(out, cells.iter().map(String::as_str));
    }
}

fn before(reading: &Stored) -> Vec<String> {
    let or_nothing = |at: Option<DateTime<Utc>>| at.map(time).unwrap_or_default();
    vec![
        reading.id.to_string(),
        reading.device.to_string(),
        reading.kind.to_string(),
        reading.status.to_string(),
        time(reading.measured_at),
        time(reading.received_at),
        or_nothing(reading.device_time),
        local(reading),
        reading.hub.map(|hub| hub.to_string()).unwrap_or_default(),
        or_nothing(reading.hub_time),
        reading
            .sequence
            .map(|number| number.to_string())
            .unwrap_or_default(),
        reading.user_slot.map(|slot| slot.to_string()).unwrap_or_default(),
    ]
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// What a clock on the wall said where it was measured; nothing where the device did not say its offset.
fn local(reading: &Stored) -> String {
    let offset = reading
        .utc_offset_minutes
        .map(|minutes| TimeDelta::minutes(minutes.into()));
    offset.map_or_else(String::new, |offset| {
        let there = (reading.measured_at + offset).naive_utc();
        there.format("%Y-%m-%dT%H:%M:%S%.3f").to_string()
    })
}

/// A value as it would be typed; a list with blanks.
fn plain(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(list)) => {
            let parts: Vec<String> = list.iter().map(|one| plain(Some(one))).collect();
            parts.join(" ")
        }
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;
    use vitals::{ContentHash, Proof, Quality};

    use super::*;
    use crate::ground::enums::ReadingStatus;

    fn reading(kind: Kind, values: Value) -> Stored {
        Stored {
            id: Uuid::nil().into(),
            device: Uuid::nil().into(),
            hub: None,
            kind,
            measured_at: "2026-11-20T02:15:30.123Z".parse().unwrap(),
            received_at: "2026-11-20T02:15:31Z".parse().unwrap(),
            device_time: None,
            utc_offset_minutes: Some(-300),
            hub_time: None,
            sequence: Some(412),
            user_slot: None,
            values,
            original: None,
            quality: Quality::MOVEMENT | Quality::TEST,
            proof: Proof::DeviceToken,
            status: ReadingStatus::Final,
            hash: ContentHash::from_bytes([0xab; 32]),
        }
    }

    fn cells(columns: &Columns, reading: &Stored) -> Vec<(String, String)> {
        let mut line = String::new();
        columns.line(reading, &mut line);
        let split = |text: &str| -> Vec<String> { text.trim_end().split(',').map(str::to_owned).collect() };
        let (names, cells) = (split(&columns.head()), split(&line));
        assert_eq!(names.len(), cells.len(), "{line}");
        names
            .into_iter()
            .zip(cells)
            .filter(|(_, cell)| !cell.is_empty())
            .collect()
    }

    #[test]
    fn a_line_says_what_was_measured_and_when_it_was_there() {
        let measured = json!({"glucose": {"value": 600, "comparator": ">"}, "meal": "before"});
        let told = cells(
            &Columns::of(Some(Kind::Glucose)),
            &reading(Kind::Glucose, measured),
        );
        let told: Vec<(&str, &str)> = told
            .iter()
            .map(|(name, cell)| (name.as_str(), cell.as_str()))
            .collect();
        assert_eq!(
            told[2..],
            [
                ("kind", "glucose"),
                ("status", "final"),
                ("measured_at", "2026-11-20T02:15:30.123Z"),
                ("received_at", "2026-11-20T02:15:31.000Z"),
                ("local_time", "2026-11-19T21:15:30.123"),
                ("sequence", "412"),
                ("glucose", "600"),
                ("meal", "before"),
                ("comparators", "glucose>"),
                ("quality", "movement test"),
                ("proof", "device_token"),
                ("content_hash", &"ab".repeat(32)),
            ]
        );
    }

    /// Every value of every kind has a column, and a name that two kinds have has one.
    #[test]
    fn a_file_of_every_kind_holds_every_value() {
        let columns = Columns::of(None);
        let head = columns.head();
        for field in Kind::ALL.iter().flat_map(|kind| kind.fields()) {
            assert_eq!(
                head.trim_end()
                    .split(',')
                    .filter(|name| name == &field.as_str())
                    .count(),
                1,
                "{field}"
            );
        }
        let values = json!({"heart_rate": 72, "rr_intervals": [833, 841]});
        let told = cells(&columns, &reading(Kind::HeartRate, values));
        assert!(
            told.contains(&("rr_intervals".to_owned(), "833 841".to_owned())),
            "{told:?}"
        );
    }

    /// What is not ours to word is never a formula.
    #[test]
    fn no_cell_is_a_formula() {
        let mut line = String::new();
        let values = json!({"temperature": 36.6, "site": "=HYPERLINK(1)"});
        Columns::of(Some(Kind::Temperature)).line(&reading(Kind::Temperature, values), &mut line);
        assert!(line.contains(",\"'=HYPERLINK(1)\","), "{line}");
    }
}
