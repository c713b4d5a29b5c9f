//! Transtek's devices, through MioConnect.
//!
//! Read in public clients of MioConnect, one of which cites its integration tutorial (4.1, telemetry data): the names, the
//! data types, seconds, mmHg, grams, `unit` 1 mmol/L and 2 mg/dL, `meal` 0 not selected, 1 before, 2 after, `sample_type` 2
//! control solution, `spo2` 127 and `pr` 255 nothing measured, `pi` in tenths with 0 for none, `ihb` irregular pulse,
//! `hand` the hand shook, `tri` a measurement of three.
//!
//! Not claimed, because nobody says it: what `sig` counts, so no signal; `sample_type` 1 ("blood or resistance") and
//! `sample` (the strip's enzyme), so no sample; that an average of three (`tri`) is better or worse than one.
//! No client knows the data type of the oximeter, so a `_measure` of another device is taken by the values in it.
//!
//! The key is the IMEI inside `data` or `status`: public clients find the device by it and insist on it in both. Only where
//! none is sent, `deviceId` or `sn`, the serial number, stands in. A label has both; the IMEI is the one to be typed.
//!
//! The time is the device's own, inside `data`. `createdAt` never stands in for it: it is when the cloud made the message,
//! and a reading without a time says so. It only tells in the content hash, where the device gave no time, a message that
//! is sent again from a later one, and only while it can be true. That a message which is sent again carries the same
//! `createdAt`, and another message another one, are conclusions: equal values without a time, of messages that the cloud
//! made in the same second, are taken for one (docs/SAFETY.md).
//!
//! A user that cannot be is a flaw, unlike other odd things beside a good value: without it the reading would be claimed for
//! whoever uses the device otherwise.

use chrono::DateTime;
use vitals::decode::Members;
use vitals::{DecodeError, DeviceTime, Field, Kind, Meal, Quality, Sample, UserSlot};

use super::making::Making;
use super::time::{self, Ticks};
use super::{Beside, Content, Flaw, Measured, Said, VendorKey, aside, device_in, flagged, imei, unless_odd};

/// The oximeter has found no oxygen saturation.
const NO_SPO2: i64 = 127;
/// Bluetooth's number of an unknown user.
const NO_USER: i64 = 255;

pub(super) fn read(message: &Members<'_>) -> Said {
    Said {
        device: device(message),
        beside: beside(message),
        content: content(message),
    }
}

/// What a person typed, or a message says where it has no IMEI: whole IMEIs alone are taken for such, because serial
/// numbers have only digits as well.
pub(super) fn named(text: &str) -> Option<VendorKey> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let imei = imei::key_of(text).filter(|_| (14..=16).contains(&digits));
    imei.or_else(|| VendorKey::of_name(text))
}

fn device(message: &Members<'_>) -> Result<VendorKey, Flaw> {
    let inside = inside(message)?;
    for part in inside.iter().chain([message]) {
        if let Some(key) = device_in(part, "imei", imei::key_of)? {
            return Ok(key);
        }
    }
    if let Some(key) = device_in(message, "deviceId", named)? {
        return Ok(key);
    }
    for part in &inside {
        if let Some(key) = device_in(part, "sn", named)? {
            return Ok(key);
        }
    }
    Err(message.missing("deviceId").into())
}

/// The objects in which a message says what it has to say.
fn inside<'t>(message: &Members<'t>) -> Result<Vec<Members<'t>>, Flaw> {
    let parts = [message.object("data")?, message.object("status")?];
    Ok(parts.into_iter().flatten().collect())
}

fn beside(message: &Members<'_>) -> Beside {
    let parts = inside(message).unwrap_or_default();
    Beside::default().battery(parts.iter().find_map(|part| aside(part, "bat")))
}

fn content(message: &Members<'_>) -> Result<Content, Flaw> {
    let Some(data) = message.object("data")? else {
        return match message.object("status")? {
            Some(_) => Ok(Content::Status),
            None => Err(message.missing("data").into()),
        };
    };
    let test = flagged(message, "isTest", Quality::TEST)?;
    let measured = match kind(&data)? {
        None => return Ok(Content::Status),
        Some(Kind::BloodPressure) => pressure(&data, test)?,
        Some(Kind::Weight) => weight(&data, test)?,
        Some(Kind::Glucose) => glucose(&data, test)?,
        Some(_) => oximetry(&data, test)?,
    };
    let created = match time::epoch(message, "createdAt", Ticks::Seconds) {
        Err(twice @ Flaw::Decode(DecodeError::Duplicate { .. })) => return Err(twice),
        created => created.ok().flatten(),
    };
    Ok(Content::Readings(vec![Measured {
        user_slot: user(&data)?,
        sent_at: created.and_then(DateTime::from_timestamp_millis),
        ..measured
    }]))
}

/// What was measured; none where it is only a sign of life.
fn kind(data: &Members<'_>) -> Result<Option<Kind>, Flaw> {
    let data_type = data.text("data_type")?.map(str::trim);
    if let Some(data_type) = data_type {
        if ["_status", "_heartbeat", "_log"]
            .iter()
            .any(|end| data_type.ends_with(end))
        {
            return Ok(None);
        }
        if !data_type.ends_with("_measure") {
            return Err(Flaw::UnknownType);
        }
        for (begin, kind) in [
            ("bpm_", Kind::BloodPressure),
            ("scale_", Kind::Weight),
            ("bgm_", Kind::Glucose),
        ] {
            if data_type.starts_with(begin) {
                return Ok(Some(kind));
            }
        }
    }
    for (name, kind) in [
        ("spo2", Kind::Oximetry),
        ("sys", Kind::BloodPressure),
        ("wt", Kind::Weight),
        ("data", Kind::Glucose),
    ] {
        if data.get(name)?.is_some() {
            return Ok(Some(kind));
        }
    }
    Err(match data_type {
        Some(_) => Flaw::UnknownType,
        None => data.missing("data_type").into(),
    })
}

/// The time under the first of these names that is there, with the offset that `tz` tells.
fn when(data: &Members<'_>, names: &[&str]) -> Result<Option<DeviceTime>, Flaw> {
    let zone = data.text("tz").ok().flatten().and_then(time::zone);
    for name in names {
        if let Some(ms) = time::epoch(data, name, Ticks::Seconds)? {
            return Ok(time::at(Some(ms), zone));
        }
    }
    Ok(None)
}

fn user(data: &Members<'_>) -> Result<Option<UserSlot>, Flaw> {
    let Some(number) = data.whole("user")?.filter(|number| *number != NO_USER) else {
        return Ok(None);
    };
    let refused = || DecodeError::OutOfRange {
        field: data.pointer("user"),
    };
    Ok(Some(UserSlot::new(number).ok_or_else(refused)?))
}

fn pressure(data: &Members<'_>, test: Quality) -> Result<Measured, Flaw> {
    let mut making = Making::of(Kind::BloodPressure);
    making.need(data, "sys", Field::Systolic, Some("mmHg"))?;
    making.need(data, "dia", Field::Diastolic, Some("mmHg"))?;
    making.spare(data, "pul", Field::Pulse, None)?;
    making.irregular(data, "ihb")?;
    let moved = match unless_odd(data.flag("hand"))? {
        Some(true) => Quality::MOVEMENT,
        _ => Quality::NONE,
    };
    making.finish(when(data, &["ts"])?, test | moved)
}

fn weight(data: &Members<'_>, test: Quality) -> Result<Measured, Flaw> {
    let mut making = Making::of(Kind::Weight);
    making.need(data, "wt", Field::Weight, Some("g"))?;
    making.finish(when(data, &["upload_time", "ts"])?, test)
}

fn glucose(data: &Members<'_>, test: Quality) -> Result<Measured, Flaw> {
    let unit = match data.whole("unit")? {
        Some(1) => "mmol/L",
        Some(2) => "mg/dL",
        Some(other) => return Err(DecodeError::unit(data.pointer("unit"), &other.to_string()).into()),
        None => return Err(data.missing("unit").into()),
    };
    let mut making = Making::of(Kind::Glucose);
    making.glucose(data, "data", Some(unit), None)?;
    making.meal(match unless_odd(data.whole("meal"))? {
        Some(1) => Some(Meal::Before),
        Some(2) => Some(Meal::After),
        _ => None,
    });
    making.sample(match unless_odd(data.whole("sample_type"))? {
        Some(2) => Some(Sample::Control),
        _ => None,
    });
    making.finish(when(data, &["uptime", "ts"])?, test)
}

fn oximetry(data: &Members<'_>, test: Quality) -> Result<Measured, Flaw> {
    if data.whole("spo2")? == Some(NO_SPO2) {
        return Err(Flaw::NoValue(data.pointer("spo2")));
    }
    let mut making = Making::of(Kind::Oximetry);
    making.need(data, "spo2", Field::Spo2, Some("%"))?;
    making.spare(data, "pr", Field::Pulse, None)?;
    making.tenths(data, "pi", Field::PerfusionIndex)?;
    making.finish(when(data, &["ts", "upload_time", "uptime"])?, test)
}

#[cfg(test)]
mod tests;
