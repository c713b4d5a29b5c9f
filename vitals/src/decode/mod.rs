//! A sender's JSON, made into a [`Reading`]. For devices with their own token, for hubs, and for MQTT alike:
//!
//! ```json
//! {"device":"D000017","kind":"blood_pressure","measured_at":"2026-11-20T08:15:30.123Z",
//!  "values":{"systolic":121,"diastolic":{"value":10.5,"unit":"kPa"},"pulse":66},
//!  "maker":"Omron","user":1,"sequence":20,"quality":["movement"],"hub_time":"2026-11-20T08:15:31Z","test":false,
//!  "battery_percent":80,"signal_dbm":-91}
//! ```
//!
//! `device`, `kind` and `values` have to be there. A number is in its canonical unit, or an object of `value`, `unit` and
//! `comparator`; a glucose may be `"HI"` or `"Infinity"` (above 600 mg/dL), `"LO"` or `"-Infinity"` (below 20 mg/dL). `null`
//! is the same as absent.
//! `battery_percent` (0 to 100) and `signal_dbm` (-200 to 20) are what the device says of itself; what cannot be is passed
//! over, because no reading is refused for them.
//! Unknown names at the top are ignored, unknown names of values are refused: a misspelt value must not get lost. A name
//! that stands twice is refused, because two parsers would not agree on what it means.
//!
//! An adapter of a vendor's message reads it with the same parser: [`Loose::read`] and [`Members`].

mod error;
mod item;
pub(crate) mod loose;
mod members;
mod place;
pub(crate) mod values;

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::Error as _;

pub use error::{DecodeError, Pointer};
pub use item::{BATTERY_PERCENT, Item, SIGNAL_DBM};
pub use loose::Loose;
pub use members::Members;
pub use values::{HI, LO};

use crate::device::MAX_CHARS;
use crate::{BadText, DeviceKey, DeviceTime, Kind, Maker, Original, Quality, Reading, UserSlot};

/// One reading as it was sent, its frame checked, its values still to be read. Borrows from the message.
///
/// `Deserialize` fails on a reading that is none; to go on with the next one, deserialise an [`Item`].
#[derive(Debug, Clone, PartialEq)]
pub struct ReadingIn<'a> {
    device: Cow<'a, str>,
    maker: Option<Cow<'a, str>>,
    kind: Kind,
    measured_at: Option<DeviceTime>,
    hub_time_ms: Option<i64>,
    user: Option<UserSlot>,
    sequence: Option<i64>,
    quality: Quality,
    battery_percent: Option<i16>,
    signal_dbm: Option<i16>,
    values: Vec<(Cow<'a, str>, Loose<'a>)>,
}

/// Decodes one reading. What stands in `values` is read by [`ReadingIn::into_reading`].
pub fn decode(json: &[u8]) -> Result<ReadingIn<'_>, DecodeError> {
    serde_json::from_slice::<Item<'_>>(json)
        .map_err(|error| malformed(json, &error))?
        .0
}

impl ReadingIn<'_> {
    /// The device's serial number as sent, trimmed.
    pub fn device(&self) -> &str {
        self.device.trim()
    }

    /// The device's maker as sent, trimmed, where it was.
    pub fn maker(&self) -> Option<&str> {
        self.maker.as_deref().map(str::trim)
    }

    /// What kind of reading it says it is.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The device's own time.
    pub const fn measured_at(&self) -> Option<DeviceTime> {
        self.measured_at
    }

    /// When the hub first saw it, in ms since epoch, where a hub sent it: for [`crate::content_hash`].
    pub const fn hub_first_seen_ms(&self) -> Option<i64> {
        self.hub_time_ms
    }

    /// The charge of the device's battery, 0 to 100 %, where it told one that can be.
    pub const fn battery_percent(&self) -> Option<i16> {
        self.battery_percent
    }

    /// The strength of the device's signal, -200 to 20 dBm, where it told one that can be.
    pub const fn signal_dbm(&self) -> Option<i16> {
        self.signal_dbm
    }

    /// The device it names, with `maker` where the message does not name one.
    pub fn device_key(&self, maker: &Maker) -> Result<DeviceKey, DecodeError> {
        let sent = self
            .maker
            .as_deref()
            .map(|text| text.parse::<Maker>().map_err(|bad| bad_text("/maker", bad)));
        let serial = self.device.parse().map_err(|bad| bad_text("/device", bad))?;
        Ok(DeviceKey {
            maker: sent.transpose()?.unwrap_or_else(|| maker.clone()),
            serial,
        })
    }

    /// The reading, of the device that the platform found to have sent it. Whether that is the device the message names
    /// ([`ReadingIn::device`]) is for the caller to check.
    pub fn into_reading(self, device: DeviceKey) -> Result<Reading, DecodeError> {
        let mut original: Vec<Original> = Vec::new();
        let vital = values::vital(self.kind, &self.values, &mut original)?;
        Ok(Reading {
            device,
            user_slot: self.user,
            quality: self.quality | vital.implied_quality(),
            vital,
            device_time: self.measured_at,
            sequence: self.sequence,
            original,
        })
    }
}

impl<'de> Deserialize<'de> for ReadingIn<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Item::deserialize(deserializer)?.0.map_err(D::Error::custom)
    }
}

fn bad_text(field: &'static str, bad: BadText) -> DecodeError {
    let field = Pointer::Borrowed(field);
    match bad {
        BadText::Nul => DecodeError::Nul { field },
        BadText::TooLong => DecodeError::TooLong {
            field,
            max: MAX_CHARS,
        },
        BadText::Empty | BadText::Control => DecodeError::Text { field },
    }
}

/// What serde_json could not read. Its own message may quote the text, so only the place is taken over.
fn malformed(json: &[u8], error: &serde_json::Error) -> DecodeError {
    if error.to_string().starts_with("number out of range") {
        return DecodeError::OutOfRange {
            field: place::pointer(json, error.line(), error.column()),
        };
    }
    DecodeError::MalformedJson {
        line: error.line(),
        column: error.column(),
    }
}

#[cfg(test)]
mod tests;
