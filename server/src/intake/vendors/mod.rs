//! What the clouds of vendors push, brought into the platform's one form: one adapter a vendor, pure functions of bytes.
//!
//! Main functions: [`read`] takes a message apart, [`typed`] brings what a person types into the form in which messages
//! name a device. What an adapter was built on stands in its own file: "read" is what stands in the vendor's public
//! documents or in a public client of its cloud, anything else is called a conclusion. Whether a value can be is not asked
//! here: that is [`Reading::check`].

mod bodytrace;
mod imei;
mod making;
mod smartmeter;
mod telli;
mod tenovi;
mod time;
mod transtek;

use std::ops::RangeInclusive;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::value::RawValue;
use uuid::Uuid;
use vitals::decode::{BATTERY_PERCENT, Loose, Members, Pointer, SIGNAL_DBM};
use vitals::{DecodeError, DeviceKey, DeviceTime, Original, Quality, Reading, UserSlot, Vital};

use super::LARGEST_BATCH;
use super::items::elements;
use crate::ground::enums::Vendor;

/// Elements of one message at most, as many as a hub's batch may have.
const MOST: usize = LARGEST_BATCH;
/// How long a vendor's cloud may have tried to deliver a message, and how far its clock may be ahead of ours.
const HELD_BACK: TimeDelta = TimeDelta::days(2);
const AHEAD: TimeDelta = TimeDelta::minutes(10);
/// The deepest that is read: Validic's message → source → device → diagnostics → one of them.
const LEVELS: u8 = 5;
/// The longest name of a device, in characters.
const LONGEST_NAME: usize = 64;

/// What one element of a vendor's message says. A message is one JSON object, or an array of up to 1,000 of them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Item<'a> {
    /// The element's own bytes, a part of the message.
    pub(super) bytes: &'a [u8],
    /// The vendor's name of the device in its one canonical form; none where it cannot be read. Where `content` is no
    /// flaw it is there.
    pub(super) device: Option<VendorKey>,
    /// What the device says of itself.
    pub(super) beside: Beside,
    /// What it measured, or why nothing can be made of it.
    pub(super) content: Result<Content, Flaw>,
}

/// What a device says of itself. What cannot be is passed over: no reading is refused for its sender's battery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Beside {
    /// The charge of its battery, 0 to 100 %.
    pub(super) battery_percent: Option<i16>,
    /// The strength of its signal, -200 to 20 dBm.
    pub(super) signal_dbm: Option<i16>,
}

/// What an element of a message is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    /// One reading or more.
    Readings(Vec<Measured>),
    /// Only that the device is alive, and what stands in [`Beside`].
    Status,
}

/// A reading of which only the device's maker and serial number are still missing.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Measured {
    /// What was measured, in canonical units.
    pub(super) vital: Vital,
    /// The device's own, raw time.
    pub(super) device_time: Option<DeviceTime>,
    /// When the vendor's cloud made the message, where it says so. It is no time of a measurement: it only tells a message
    /// that is sent again from a later one.
    pub(super) sent_at: Option<DateTime<Utc>>,
    /// Which of the device's users.
    pub(super) user_slot: Option<UserSlot>,
    /// The device's own number of the reading. No vendor here tells one.
    pub(super) sequence: Option<i64>,
    /// What casts doubt on it, with what follows from its values.
    pub(super) quality: Quality,
    /// What was sent in other units than the canonical ones.
    pub(super) original: Vec<Original>,
}

impl Measured {
    /// Whether the same bytes, whenever they come, are the same measurement.
    pub(super) fn is_dated(&self) -> bool {
        self.device_time.is_some() || self.sent_at.is_some()
    }

    /// The reading, of the device that the platform knows by the vendor's name of it.
    pub(super) fn of(self, key: DeviceKey) -> Reading {
        Reading {
            device: key,
            user_slot: self.user_slot,
            vital: self.vital,
            device_time: self.device_time,
            sequence: self.sequence,
            quality: self.quality,
            original: self.original,
        }
    }
}

/// Why nothing can be made of an element. Its text names fields, units and rules, never a measured value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Flaw {
    /// It could not be read. A time here is often a number, so the decoder's own words about RFC 3339 would mislead.
    #[error("{}", match .0 {
        DecodeError::Time { field } => format!("{field}: not a time"),
        other => other.to_string(),
    })]
    Decode(#[from] DecodeError),
    /// The device says that it measured nothing, in the field of this name.
    #[error("{0}: the device says that it measured nothing")]
    NoValue(Pointer),
    /// A type of message that nobody has told us of, or of which no reading can be made.
    #[error("a type of message that is not taken")]
    UnknownType,
}

/// A vendor's name of a device in its one canonical form: 1 to 64 characters, trimmed, no control characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct VendorKey(String);

impl VendorKey {
    /// As it is kept and compared.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// A name as it stands, which is no IMEI: a UUID in its usual form, anything else in lower case (ASCII letters only),
    /// because a person who copies a label does not look at the case.
    fn of_name(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(id) = Uuid::try_parse(text) {
            return Some(Self(id.to_string()));
        }
        let fits = !text.is_empty()
            && text.chars().take(LONGEST_NAME + 1).count() <= LONGEST_NAME
            && !text.chars().any(char::is_control);
        fits.then(|| Self(text.to_ascii_lowercase()))
    }

    /// An IMEI, or another name where it is none.
    fn of_imei_or_name(text: &str) -> Option<Self> {
        imei::key_of(text).or_else(|| Self::of_name(text))
    }
}

/// Reads a vendor's message. None where it is no JSON, neither an object nor an array, or an array of more than 1,000
/// elements. An element of an array that is broken breaks no other.
pub(super) fn read(vendor: Vendor, body: &[u8]) -> Option<Vec<Item<'_>>> {
    let body = body.trim_ascii();
    let parts = match body.first()? {
        b'{' => {
            serde_json::from_slice::<&RawValue>(body).ok()?;
            vec![body]
        }
        b'[' => elements(body, MOST)?,
        _ => return None,
    };
    Some(parts.into_iter().map(|bytes| item(vendor, bytes)).collect())
}

/// The same of a message that came at this time. When the vendor's cloud says that it made it is believed where that can be
/// true: a field that says something else, or the same of every message, would make one of two measurements.
pub(super) fn read_at(vendor: Vendor, body: &[u8], came: DateTime<Utc>) -> Option<Vec<Item<'_>>> {
    let mut items = read(vendor, body)?;
    let readings = items
        .iter_mut()
        .filter_map(|item| item.content.as_mut().ok())
        .flat_map(|content| match content {
            Content::Readings(readings) => readings.as_mut_slice(),
            Content::Status => &mut [],
        });
    for measured in readings {
        measured.sent_at = measured
            .sent_at
            .filter(|at| (came - HELD_BACK..=came + AHEAD).contains(at));
    }
    Some(items)
}

/// How many elements an array has that is not read because it has too many.
pub(super) fn too_many(body: &[u8]) -> Option<usize> {
    let body = body.trim_ascii();
    let count = body.starts_with(b"[").then(|| elements(body, usize::MAX))??.len();
    (count > MOST).then_some(count)
}

/// The canonical key of what a person typed or scanned from a label: an IMEI in any usual form, a serial number, a UUID.
pub(super) fn typed(vendor: Vendor, text: &str) -> Option<VendorKey> {
    match vendor {
        Vendor::BodyTrace => imei::key_of(text),
        Vendor::Transtek => transtek::named(text),
        Vendor::Tenovi => VendorKey::of_name(text),
        Vendor::Telli | Vendor::SmartMeter => VendorKey::of_imei_or_name(text),
    }
}

/// What an adapter makes of an element.
struct Said {
    device: Result<VendorKey, Flaw>,
    beside: Beside,
    content: Result<Content, Flaw>,
}

fn item(vendor: Vendor, bytes: &[u8]) -> Item<'_> {
    let said = said(vendor, bytes).unwrap_or_else(|flaw| Said {
        device: Err(flaw.clone()),
        beside: Beside::default(),
        content: Err(flaw),
    });
    // A reading of nobody knows which device is of no use to anyone: then the missing name is what has to be told.
    let (device, content) = match (said.device, said.content) {
        (Ok(device), content) => (Some(device), content),
        (Err(_), Err(flaw)) | (Err(flaw), Ok(_)) => (None, Err(flaw)),
    };
    Item {
        bytes,
        device,
        beside: said.beside,
        content,
    }
}

fn said(vendor: Vendor, bytes: &[u8]) -> Result<Said, Flaw> {
    let tree = Loose::read(bytes, LEVELS)?;
    let message = Members::of(&tree)?;
    Ok(match vendor {
        Vendor::BodyTrace => bodytrace::read(&message),
        Vendor::Transtek => transtek::read(&message),
        Vendor::Telli => telli::read(&message),
        Vendor::Tenovi => tenovi::read(&message),
        Vendor::SmartMeter => smartmeter::read(&message),
    })
}

impl Content {
    /// These readings; where there are none, the device only said that it is alive.
    fn of(readings: Vec<Measured>) -> Self {
        if readings.is_empty() {
            Self::Status
        } else {
            Self::Readings(readings)
        }
    }
}

impl Beside {
    /// The same with a charge in %.
    fn battery(self, percent: Option<i64>) -> Self {
        let battery_percent = possible(percent, &BATTERY_PERCENT);
        Self {
            battery_percent,
            ..self
        }
    }

    /// The same with a strength of signal in dBm.
    fn signal(self, dbm: Option<i64>) -> Self {
        let signal_dbm = possible(dbm, &SIGNAL_DBM);
        Self { signal_dbm, ..self }
    }
}

fn possible(number: Option<i64>, range: &RangeInclusive<i64>) -> Option<i16> {
    i16::try_from(number.filter(|number| range.contains(number))?).ok()
}

/// A whole number that nothing depends on.
fn aside(from: &Members<'_>, name: &str) -> Option<i64> {
    from.whole(name).ok().flatten()
}

/// The name of a device in this field, brought into its canonical form by `canonical`; none where the field is missing.
fn device_in(
    from: &Members<'_>,
    name: &str,
    canonical: impl Fn(&str) -> Option<VendorKey>,
) -> Result<Option<VendorKey>, Flaw> {
    let Some(text) = from.label(name)? else {
        return Ok(None);
    };
    let refused = || from.wrong_type(name, "a name of a device").into();
    canonical(&text).map(Some).ok_or_else(refused)
}

/// What stands beside a value that counts without it, and was read so: where it cannot be read, it was not said. Only a
/// name that stands twice is still a flaw, because then nobody knows what the rest of the message says.
fn unless_odd<T>(read: Result<Option<T>, DecodeError>) -> Result<Option<T>, Flaw> {
    match read {
        Err(twice @ DecodeError::Duplicate { .. }) => Err(twice.into()),
        read => Ok(read.ok().flatten()),
    }
}

/// What a flag says of the quality: these flags where it is set. One that cannot be read is a flaw: for what decides
/// whether a reading is a patient's.
fn flagged(from: &Members<'_>, name: &str, quality: Quality) -> Result<Quality, Flaw> {
    Ok(if from.flag(name)? == Some(true) {
        quality
    } else {
        Quality::NONE
    })
}

#[cfg(test)]
mod tests;
