//! Small parts of a device, for every list that has devices in it.

use chrono::{DateTime, Utc};
use vitals::{Field, Kind, Quantity, Units, Vital};
use web_templates::text::span;
use web_templates::{Battery, Icon, Signal, Tag, Tone, Value};

use crate::ground::enums::{DeviceState, Errand, Transport};
use crate::registry::devices::Device;
use crate::registry::overview::{LOW_BATTERY, SILENT_AFTER, WEAK_SIGNAL};

/// What the device measures, where a page shows one kind: what was asked for, else what it measured last, else the first of
/// its model's.
pub(in crate::http::portal) fn kind(device: &Device, asked: Option<Kind>) -> Kind {
    asked
        .or(device.last_kind)
        .or(device.kinds.first().copied())
        .unwrap_or(Kind::BloodPressure)
}

/// Maker and model.
pub(in crate::http::portal) fn model(device: &Device) -> String {
    format!("{} {}", device.maker, device.model)
}

/// How it stands, in a word.
pub(in crate::http::portal) fn state(device: &Device, now: DateTime<Utc>) -> Tag {
    match (device.state, device.last_seen_at) {
        (DeviceState::Active, None) if device.is_silent(now) => Tag::new("never heard", Tone::Warn),
        (DeviceState::Active, None) => Tag::new("waiting for its first reading", Tone::Info),
        (DeviceState::Active, Some(seen)) if now - seen > SILENT_AFTER => {
            Tag::new(format!("silent for {}", span(now - seen)), Tone::Warn)
        }
        (DeviceState::Active, Some(_))
            if device
                .battery_percent
                .is_some_and(|percent| percent <= LOW_BATTERY) =>
        {
            Tag::new("low battery", Tone::Warn)
        }
        (DeviceState::Active, Some(_)) if is_weak(device) => Tag::new("weak signal", Tone::Warn),
        (DeviceState::Active, Some(_)) => Tag::new("active", Tone::Ok),
        (DeviceState::Stock | DeviceState::Returned, _) if device.reserved.is_some() => {
            reserved(device.reserved)
        }
        (DeviceState::Stock, _) => Tag::new("in stock", Tone::Quiet),
        (state, _) => Tag::new(state.as_str(), Tone::Quiet),
    }
}

/// That it is promised to something.
pub(in crate::http::portal) fn reserved(errand: Option<Errand>) -> Tag {
    Tag::new(
        match errand {
            Some(Errand::Return) => "to go back to the platform",
            Some(Errand::Order) | None => "reserved for an order",
        },
        Tone::Info,
    )
}

/// Its battery, where it tells.
pub(in crate::http::portal) fn battery(device: &Device) -> Option<Battery> {
    let percent = device.battery_percent?;
    Some(Battery {
        percent: u8::try_from(percent.clamp(0, 100)).ok()?,
        low: percent <= LOW_BATTERY,
    })
}

/// Whether readings begin to get lost on their way from it.
pub(in crate::http::portal) fn is_weak(device: &Device) -> bool {
    device.signal_dbm.is_some_and(|dbm| dbm <= WEAK_SIGNAL)
}

/// Its signal in bars, where it tells.
pub(in crate::http::portal) fn signal(device: &Device) -> Option<Signal> {
    signal_of(device.signal_dbm)
}

/// A signal in bars. The steps are those of cellular telephones for a received power in dBm.
pub(in crate::http::portal) fn signal_of(dbm: Option<i16>) -> Option<Signal> {
    let dbm = dbm?;
    let bars = match dbm {
        -75..=i16::MAX => 4,
        -90..-75 => 3,
        -100..-90 => 2,
        -110..-100 => 1,
        _ => 0,
    };
    let sign = if dbm < 0 { "−" } else { "" };
    Some(Signal {
        bars,
        title: format!("{sign}{} dBm", dbm.unsigned_abs()),
    })
}

/// How its readings travel.
pub(in crate::http::portal) fn via(device: &Device) -> (Icon, &'static str) {
    match device.transport {
        Transport::Cellular => (Icon::Cellular, "cellular"),
        Transport::Bluetooth => (Icon::Bluetooth, "Bluetooth hub"),
        Transport::VendorCloud => (Icon::Cloud, "vendor's cloud"),
        Transport::Mqtt => (Icon::Direct, "MQTT"),
    }
}

/// A reading's main value in large figures, in the units of who looks.
pub(in crate::http::portal) fn figures(vital: &Vital, units: Units) -> Value {
    let main = vital.kind().fields()[0];
    if units.converts(main) {
        let number = |field| vital.get(field).map(|quantity| number(units, field, quantity));
        let (first, unit) = (number(main).unwrap_or_default(), units.unit(main));
        return match number(Field::Diastolic) {
            Some(second) => Value::pair(first, second, unit),
            None => Value::new(first, unit),
        };
    }
    let (number, unit) = vital.headline();
    let number = match vital.kind() {
        Kind::Temperature => with_its_decimals(Field::Temperature, number),
        Kind::Weight => with_its_decimals(Field::Weight, number),
        _ => number,
    };
    match number.split_once('/') {
        Some((first, second)) => Value::pair(first, second, unit),
        None => Value::new(number, unit),
    }
}

/// A number in the units of who looks.
pub(super) fn number(units: Units, field: Field, canonical: Quantity) -> String {
    let text = units.show(field, canonical).to_string();
    if units.converts(field) && !text.contains('.') {
        return format!("{text}.0");
    }
    with_its_decimals(field, text)
}

/// A number as its column has it: a temperature or a weight keeps its first decimal where that is nought.
pub(super) fn with_its_decimals(field: Field, number: String) -> String {
    let is_whole = number.ends_with(|last: char| last.is_ascii_digit()) && !number.contains('.');
    match field {
        Field::Temperature | Field::Weight | Field::Bmi | Field::BodyFat if is_whole => format!("{number}.0"),
        _ => number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_in_the_units_of_who_looks() {
        let units = Units {
            pressure: vitals::PressureUnit::KPa,
            glucose: vitals::GlucoseUnit::MmolL,
            ..Units::default()
        };
        let of = |kind, json: serde_json::Value| {
            let value = figures(&Vital::from_json(kind, &json).unwrap(), units);
            format!("{value:?}")
        };
        let pressure = of(
            Kind::BloodPressure,
            serde_json::json!({"systolic": 120, "diastolic": 80}),
        );
        assert!(
            pressure.contains("16.0") && pressure.contains("10.7") && pressure.contains("kPa"),
            "{pressure}"
        );
        let glucose = of(Kind::Glucose, serde_json::json!({"glucose": 99}));
        assert!(glucose.contains("5.5") && glucose.contains("mmol/L"), "{glucose}");
        let weight = of(Kind::Weight, serde_json::json!({"weight": 80}));
        assert!(weight.contains("80.0") && weight.contains("kg"), "{weight}");
    }

    #[test]
    fn a_column_of_decimals_is_even() {
        let shown = |field, number: &str| with_its_decimals(field, number.to_owned());
        assert_eq!(shown(Field::Temperature, "37"), "37.0");
        assert_eq!(shown(Field::Temperature, "36.65"), "36.65");
        assert_eq!(shown(Field::Weight, "80"), "80.0");
        assert_eq!(shown(Field::Temperature, "HI"), "HI");
        assert_eq!(shown(Field::Systolic, "120"), "120");
    }
}
