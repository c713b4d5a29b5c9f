//! A reading as the hub sends it: frozen into JSON once, so that what is sent again is the same to the byte.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};

use crate::error::ItemError;

/// An item is no larger, bytes of JSON.
pub const LARGEST_ITEM: usize = 64 * 1024;

/// What a driver read from a device. Kinds, names of values and units are those of the platform's API. Its `Debug` hides
/// the values.
#[derive(Clone, PartialEq, Serialize)]
pub struct Reading {
    /// The device's serial.
    pub device: String,
    /// The device's maker, without which a serial says nothing.
    pub maker: String,
    /// As `blood_pressure`.
    pub kind: String,
    /// When the device says that it measured, uncorrected; none where it has no clock.
    #[serde(serialize_with = "maybe_millis", skip_serializing_if = "Option::is_none")]
    pub measured_at: Option<DateTime<Utc>>,
    /// When the hub first saw it, by [`crate::HubClock::now`].
    #[serde(serialize_with = "millis")]
    pub hub_time: DateTime<Utc>,
    /// As `{"systolic": 121, "diastolic": 79}`.
    pub values: serde_json::Map<String, serde_json::Value>,
    /// The device's user slot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<u8>,
    /// The device's own sequence number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u32>,
    /// Quality flags, as `irregular`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub quality: Vec<String>,
}

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reading")
            .field("device", &self.device)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

fn millis<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time.to_rfc3339_opts(SecondsFormat::Millis, true))
}

#[expect(clippy::ref_option, reason = "serde hands over the field by reference")]
fn maybe_millis<S: Serializer>(time: &Option<DateTime<Utc>>, serializer: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => millis(time, serializer),
        None => serializer.serialize_none(),
    }
}

/// A reading's JSON, as it is kept and sent. Cheap to clone; its `Debug` shows the size only.
#[derive(Clone, PartialEq, Eq)]
pub struct Item(Arc<str>);

impl Item {
    /// Freezes a reading.
    pub fn new(reading: &Reading) -> Result<Self, ItemError> {
        let json = serde_json::to_string(reading).map_err(|_| ItemError::NotAnObject)?;
        Self::within_size(json)
    }

    /// Takes JSON that was frozen earlier, as from a ledger on disk. Any JSON object passes: the platform judges it.
    pub fn from_json(json: String) -> Result<Self, ItemError> {
        let item = Self::within_size(json)?;
        serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&item.0)
            .map_err(|_| ItemError::NotAnObject)?;
        Ok(item)
    }

    fn within_size(json: String) -> Result<Self, ItemError> {
        if json.len() > LARGEST_ITEM {
            Err(ItemError::TooLarge)
        } else {
            Ok(Self(json.into()))
        }
    }

    /// The JSON.
    pub fn as_json(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Item({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reading_is_frozen_in_the_agreed_form() {
        let mut reading = crate::tests::reading(121);
        assert_eq!(
            Item::new(&reading).unwrap().as_json(),
            r#"{"device":"D1","maker":"Omron","kind":"blood_pressure","hub_time":"2026-11-20T08:15:30.123Z","values":{"diastolic":79,"systolic":121}}"#
        );
        reading.measured_at = Some(reading.hub_time);
        reading.user = Some(1);
        reading.sequence = Some(12);
        reading.quality = vec!["irregular".into()];
        let json: serde_json::Value = serde_json::from_str(Item::new(&reading).unwrap().as_json()).unwrap();
        assert_eq!(json["measured_at"], json!("2026-11-20T08:15:30.123Z"));
        assert_eq!(
            (&json["user"], &json["sequence"], &json["quality"]),
            (&json!(1), &json!(12), &json!(["irregular"]))
        );
    }

    #[test]
    fn only_objects_of_a_bearable_size_are_items() {
        assert!(Item::from_json(r#"{"device":"D1"}"#.into()).is_ok());
        for json in ["", "[]", "1", "{", r#"{"a":1}{}"#, r#"{"a":1},{"b":2}"#] {
            assert_eq!(
                Item::from_json(json.into()),
                Err(ItemError::NotAnObject),
                "{json}"
            );
        }
        let large = format!(r#"{{"a":"{}"}}"#, "x".repeat(LARGEST_ITEM));
        assert_eq!(Item::from_json(large), Err(ItemError::TooLarge));
    }

    #[test]
    fn values_are_never_printed() {
        let reading = crate::tests::reading(121);
        assert_eq!(
            format!("{reading:?}"),
            r#"Reading { device: "D1", kind: "blood_pressure", .. }"#
        );
        assert!(!format!("{:?}", Item::new(&reading).unwrap()).contains("systolic"));
    }
}
