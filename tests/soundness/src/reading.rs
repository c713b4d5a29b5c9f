//! What has to be true of whatever is taken for a reading.

use serde_json::{Value, json};
use vitals::fhir::{ObservationContext, ObservationStatus, from_observation, to_observation};
use vitals::plausibility::limits;
use vitals::{DeviceKey, Reading, Vital, content_hash, decode, hash};

/// The longest text that the values of a reading can have: 64 intervals of 15 digits, and some names.
const LONGEST_VALUES: usize = 2_048;

/// Panics unless `reading` keeps what it is through every form that it takes: as stored, as sent again, as an Observation.
pub(crate) fn keeps_what_it_is(reading: &Reading) {
    stored(reading);
    sent_again(reading);
    observed(reading);
    checked(reading);
    let _ = (reading.vital.summary(), reading.vital.headline());
}

/// What is stored is read as the same values.
fn stored(reading: &Reading) {
    let vital = &reading.vital;
    let mut text = String::new();
    vital.write_json(&mut text);
    assert!(text.len() <= LONGEST_VALUES, "{} bytes of values", text.len());
    let tree: Value = serde_json::from_str(&text).expect("what is stored is JSON");
    assert_eq!(tree, vital.to_json());
    assert_eq!(Vital::from_json(vital.kind(), &tree).as_ref(), Ok(vital));
}

/// Sent in the platform's own words, it is the same reading, under the same hash.
fn sent_again(reading: &Reading) {
    let measured_at = reading.device_time.map(vitals::DeviceTime::to_rfc3339);
    if measured_at == Some(None) {
        return; // a time that no text can say
    }
    let message = json!({
        "device": reading.device.serial.as_str(), "maker": reading.device.maker.as_str(), "kind": reading.vital.kind(),
        "values": reading.vital.to_json(), "measured_at": measured_at.flatten(), "user": reading.user_slot.map(vitals::UserSlot::get),
        "sequence": reading.sequence, "quality": reading.quality.names().collect::<Vec<_>>(),
    })
    .to_string();
    let decoded = decode(message.as_bytes()).expect("what was a reading is one");
    let nobody = "nobody".parse().expect("a maker");
    let key = decoded.device_key(&nobody).expect("the same device");
    let again = decoded.into_reading(key).expect("the same values");
    assert_eq!((&again.vital, &again.device), (&reading.vital, &reading.device));
    assert_eq!(
        hash::canonical_bytes(&again, Some(7)),
        hash::canonical_bytes(reading, Some(7))
    );
    assert_eq!(content_hash(&again, None), content_hash(reading, None));
}

/// As an Observation and back it is the same reading.
fn observed(reading: &Reading) {
    let context = ObservationContext {
        id: "0198-1",
        status: ObservationStatus::Final,
        subject: None,
        device_reference: None,
        device_display: None,
        effective: vitals::Instant::new(0).expect("an instant").to_utc(),
    };
    let text = to_observation(reading, &context).to_string();
    let observation: Value = serde_json::from_str(&text).expect("an Observation is JSON");
    assert_eq!(from_observation(&observation).as_ref(), Ok(reading));
}

/// What passes the check lies within the limits that are published.
fn checked(reading: &Reading) {
    if reading.check().is_err() {
        return;
    }
    for (field, quantity) in reading.vital.quantities() {
        let (low, high) = limits(field);
        let one = 10_i64.pow(quantity.decimals().into());
        let is_within = (low * one..=high * one).contains(&quantity.scaled());
        assert!(
            is_within || quantity.comparator().is_some(),
            "{field} is taken and cannot be"
        );
    }
}

/// A device that sends to the decoder of devices.
pub(crate) fn cuff() -> DeviceKey {
    DeviceKey::parse("Acme", "D000017").expect("a device's key")
}
