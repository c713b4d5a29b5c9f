//! One line of a file, read: every field that is good, and what is wrong with the others.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use vitals::{DeviceKey, Kind, Maker, Serial};

use super::Whose;
use super::columns::Column;
use super::csv::Record;
use crate::ground::enums::DeviceState;
use crate::ground::{Ground, Purpose, is_hidden};
use crate::registry::import::check_token;
use crate::registry::typed::{Line as Text, Reference, Typed};
use crate::registry::{Firmware, Iccid, Imei, Mac, RegistryError};

/// What is wrong with a line, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineProblem {
    /// The column, or `line`.
    pub column: String,
    /// What is wrong and what to do.
    pub why: String,
    /// What stands there, where that is nothing that the line keeps of the column; never a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands: Option<String>,
}

/// A line.
#[derive(Debug, Default)]
pub(in crate::registry) struct Line {
    pub(in crate::registry) number: i32,
    pub(in crate::registry) maker: Option<Maker>,
    pub(in crate::registry) serial: Option<Serial>,
    pub(in crate::registry) model: Option<String>,
    pub(in crate::registry) kinds: Option<Vec<Kind>>,
    pub(in crate::registry) imei: Option<Imei>,
    pub(in crate::registry) mac: Option<Mac>,
    pub(in crate::registry) iccid: Option<Iccid>,
    pub(in crate::registry) firmware: Option<Firmware>,
    pub(in crate::registry) customer: Option<String>,
    pub(in crate::registry) reference: Option<Reference>,
    pub(in crate::registry) state: Option<DeviceState>,
    pub(in crate::registry) held_since: Option<DateTime<Utc>>,
    pub(in crate::registry) token_hmac: Option<[u8; 32]>,
    pub(in crate::registry) problems: Vec<LineProblem>,
}

/// What lines are read with.
pub(super) struct Reading<'a> {
    pub(super) ground: &'a Ground,
    pub(super) whose: Whose,
    pub(super) columns: &'a [Column],
    pub(super) insecure_dev: bool,
}

impl Line {
    fn wrong(&mut self, column: &str, why: impl Into<String>) {
        self.problems.push(LineProblem {
            column: column.to_owned(),
            why: why.into(),
            stands: None,
        });
    }

    /// The good value of a field that is not empty.
    fn typed<T: Typed>(&mut self, column: Column, text: &str) -> Option<T> {
        match T::parse(column.as_str(), text) {
            Ok(value) => Some(value),
            Err(RegistryError::Invalid { why, .. }) => {
                self.wrong(column.as_str(), why);
                None
            }
            Err(_) => None,
        }
    }

    fn take(&mut self, reading: &Reading<'_>, column: Column, text: &str) {
        let name = column.as_str();
        match column {
            Column::Maker => match text.parse() {
                Ok(maker) => self.maker = Some(maker),
                Err(error) => self.wrong(name, format!("{error}; write who makes the device")),
            },
            Column::Serial => match text.parse() {
                Ok(serial) => self.serial = Some(serial),
                Err(error) => self.wrong(name, format!("{error}; write the maker's serial number")),
            },
            Column::Model => self.model = self.typed::<Text<100>>(column, text).map(|name| name.to_string()),
            Column::Kind => match kinds(text) {
                Ok(kinds) => self.kinds = Some(kinds),
                Err(kind) => {
                    let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
                    self.wrong(
                        name,
                        format!("{kind:?} is no kind; there are {}", known.join(", ")),
                    );
                }
            },
            Column::Imei => self.imei = self.typed(column, text),
            Column::Mac => self.mac = self.typed(column, text),
            Column::Iccid => self.iccid = self.typed(column, text),
            Column::Firmware => self.firmware = self.typed(column, text),
            Column::Customer => {
                self.customer = self.typed::<Text<200>>(column, text).map(|name| name.to_string());
            }
            Column::Reference => self.reference = self.typed(column, text),
            Column::State => match text.to_lowercase().parse() {
                Ok(state @ (DeviceState::Active | DeviceState::Inactive)) => self.state = Some(state),
                Ok(state @ DeviceState::Stock) if reading.whose == Whose::Platform => {
                    self.state = Some(state);
                }
                _ if reading.whose == Whose::Platform => {
                    self.wrong(name, "must be active, inactive or stock");
                }
                _ => self.wrong(name, "must be active or inactive"),
            },
            Column::HeldSince => match moment(text) {
                Some(since) if since > reading.ground.now() => {
                    self.wrong(name, "lies in the future");
                }
                Some(since) => self.held_since = Some(since),
                None => self.wrong(
                    name,
                    "must be a day or a moment, such as 2026-11-20 or 2026-11-20T08:00:00Z",
                ),
            },
            Column::Token => match check_token(text, reading.insecure_dev) {
                Ok(()) => {
                    let keys = reading.ground.keys();
                    self.token_hmac = Some(keys.hmac(Purpose::DeviceToken, text.as_bytes()));
                }
                Err(why) => self.wrong(name, why.trim_start_matches("token: ")),
            },
        }
    }

    /// Maker and serial, where both are good.
    fn key(&self) -> Option<DeviceKey> {
        Some(DeviceKey {
            maker: self.maker.clone()?,
            serial: self.serial.clone()?,
        })
    }
}

/// Reads one record.
pub(super) fn read(reading: &Reading<'_>, record: &Record) -> Line {
    let mut line = Line {
        number: i32::try_from(record.line).unwrap_or(i32::MAX),
        ..Line::default()
    };
    let Some(fields) = &record.fields else {
        line.wrong("line", "a quotation mark is opened and never closed");
        return line;
    };
    if fields.len() > reading.columns.len()
        && fields[reading.columns.len()..]
            .iter()
            .any(|field| !field.is_empty())
    {
        line.wrong(
            "line",
            format!(
                "has {} fields and the first line names {}",
                fields.len(),
                reading.columns.len()
            ),
        );
        return line;
    }
    for (column, field) in reading.columns.iter().zip(fields) {
        let field = plain(field);
        if !field.is_empty() {
            let before = line.problems.len();
            line.take(reading, *column, field);
            if *column != Column::Token {
                for problem in &mut line.problems[before..] {
                    problem.stands = Some(shown(field));
                }
            }
        }
    }
    let given = |column: Column| {
        let place = reading.columns.iter().position(|named| *named == column);
        place
            .and_then(|place| fields.get(place))
            .is_some_and(|field| !plain(field).is_empty())
    };
    for column in Column::of(reading.whose).filter(|column| column.is_required(reading.whose)) {
        if !given(column) {
            line.wrong(column.as_str(), "is empty; it is needed");
        }
    }
    line
}

/// A field as people are shown it: no more than fits into a cell, and nothing that is not seen. A long word that is no number
/// may be a token that slipped into another column, so its beginning is all that is kept of it.
fn shown(field: &str) -> String {
    const MOST: usize = 60;
    const WORD: usize = 20;
    let seen = |letter: char| {
        if letter.is_control() || is_hidden(letter) {
            char::REPLACEMENT_CHARACTER
        } else {
            letter
        }
    };
    let is_secret = field.split_whitespace().any(|word| {
        word.chars().count() > WORD && word.chars().filter(|letter| letter.is_alphabetic()).count() > 3
    });
    let most = if is_secret { 8 } else { MOST };
    let mut shown: String = field.chars().take(most).map(seen).collect();
    if field.chars().count() > most {
        shown.push('…');
    }
    shown
}

/// A field without the apostrophe that keeps a spreadsheet from running it.
fn plain(field: &str) -> &str {
    let field = field.trim();
    match field.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest,
        _ => field,
    }
}

/// What stands in two lines of one file: the later one is told.
#[derive(Debug, Default)]
pub(super) struct Seen {
    keys: HashMap<DeviceKey, i32>,
    imeis: HashMap<Imei, i32>,
    tokens: HashMap<[u8; 32], i32>,
}

impl Seen {
    pub(super) fn look(&mut self, line: &mut Line) {
        let number = line.number;
        if let Some(first) = line.key().and_then(|key| again(&mut self.keys, key, number)) {
            line.wrong(
                "serial",
                format!("the same device stands in line {first} already; remove one"),
            );
        }
        if let Some(first) = line
            .imei
            .clone()
            .and_then(|imei| again(&mut self.imeis, imei, number))
        {
            line.wrong("imei", format!("the same IMEI stands in line {first} already"));
        }
        if let Some(first) = line
            .token_hmac
            .and_then(|token| again(&mut self.tokens, token, number))
        {
            line.wrong(
                "token",
                format!("the same token stands in line {first} already; every device has its own"),
            );
        }
    }
}

/// Where it stood first, if it did.
fn again<K: std::hash::Hash + Eq>(seen: &mut HashMap<K, i32>, key: K, number: i32) -> Option<i32> {
    let first = *seen.entry(key).or_insert(number);
    (first != number).then_some(first)
}

fn kinds(text: &str) -> Result<Vec<Kind>, String> {
    let mut kinds = text
        .split([';', '|', ' ', ','])
        .filter(|kind| !kind.is_empty())
        .map(|kind| {
            kind.to_lowercase()
                .parse()
                .map_err(|_| kind.chars().take(40).collect())
        })
        .collect::<Result<Vec<Kind>, String>>()?;
    kinds.sort_unstable_by_key(|kind| kind.as_str());
    kinds.dedup();
    Ok(kinds)
}

/// A moment, or a day's midnight in UTC.
fn moment(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.to_utc());
    }
    let day: NaiveDate = text.parse().ok()?;
    Some(day.and_time(NaiveTime::MIN).and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_there_is_shown_but_no_secret() {
        for plain in ["zz", "490154203237519", "flying", "2026-11-20T08:00:00+00:00"] {
            assert_eq!(shown(plain), plain);
        }
        assert_eq!(shown("a\u{0}b\u{202e}"), "a\u{fffd}b\u{fffd}");
        assert_eq!(shown("vwd_0f8c1a77b4d2489ea35c"), "vwd_0f8c…");
        assert_eq!(shown(&"1 ".repeat(50)).chars().count(), 61);
    }
}
