//! Telli Health, its messages of version 1 and of version 2.
//!
//! Read in the vendor's public OpenAPI description: the names and types of readings, milliseconds as a text,
//! `tzOffsetMinutes` as the offset from UTC in minutes, `devdata.batt` 0 to 10 or `pwr`, `devdata.r` a signal from 1 to 4,
//! `arrhythmia` 0 or 1, the units `lb`, `kg`, `mg/dL`, `mmol/L`, `C`, `F`, the messages `Heartbeat`, `ReminderCleared` and
//! `SettingsResponse`, and that `deviceId` is "mostly" an IMEI; the older guide shows a UUID.
//!
//! Conclusions: a glucose without a unit (version 1) is in mg/dL, as its example is; the `battery` of an oximeter is in %;
//! its `pi` counts tenths, because the 65 of the vendor's example cannot be a percentage, and the oximeter of Transtek
//! counts so; a pulse of 255 was not found, as that oximeter says. `r` (1 to 4) and `rsrp` are no dBm that anyone defines,
//! so there is no signal. Readings of peak flow and of the
//! sleeping mat have no kind here, or no date, and are not taken.

use vitals::decode::Members;
use vitals::{DeviceTime, Field, Kind, Meal, Quality};

use super::making::Making;
use super::time::{self, Ticks};
use super::{Beside, Content, Flaw, Measured, Said, VendorKey, aside, device_in, unless_odd};

pub(super) fn read(message: &Members<'_>) -> Said {
    let device = device_in(message, "deviceId", VendorKey::of_imei_or_name);
    Said {
        device: device.and_then(|key| key.ok_or_else(|| message.missing("deviceId").into())),
        beside: beside(message),
        content: content(message),
    }
}

fn beside(message: &Members<'_>) -> Beside {
    let part = |name| message.object(name).ok().flatten();
    // "pwr" says that it is charging, not how full it is.
    let tenths = part("devdata").and_then(|own| aside(&own, "batt"));
    let percent = match tenths {
        Some(tenths) => tenths.checked_mul(10),
        None => part("data").and_then(|data| aside(&data, "battery")),
    };
    Beside::default().battery(percent)
}

fn content(message: &Members<'_>) -> Result<Content, Flaw> {
    let Some(reading) = message.text("readingType")? else {
        return match message.text("type")?.map(str::trim) {
            Some("Heartbeat" | "ReminderCleared" | "SettingsResponse") => Ok(Content::Status),
            Some(_) => Err(Flaw::UnknownType),
            None => Err(message.missing("readingType").into()),
        };
    };
    // The older guide writes "Blood Pressure" in its prose.
    let is = |name: &str| {
        let letters = reading.chars().filter(|c| !c.is_whitespace());
        letters.map(|c| c.to_ascii_lowercase()).eq(name.chars())
    };
    let take = if is("bloodpressure") {
        pressure
    } else if is("bloodglucose") {
        glucose
    } else if is("weight") {
        weight
    } else if is("spo2") {
        oximetry
    } else if is("temperature") {
        temperature
    } else {
        return Err(Flaw::UnknownType);
    };
    let ms = time::epoch(message, "time", Ticks::Millis)?;
    let when = time::at(ms, aside(message, "tzOffsetMinutes"));
    let data = message.object("data")?.ok_or_else(|| message.missing("data"))?;
    Ok(Content::Readings(vec![take(&data, when)?]))
}

fn pressure(data: &Members<'_>, when: Option<DeviceTime>) -> Result<Measured, Flaw> {
    let mut making = Making::of(Kind::BloodPressure);
    making.need(data, "systolic", Field::Systolic, None)?;
    making.need(data, "diastolic", Field::Diastolic, None)?;
    making.spare(data, "pulse", Field::Pulse, None)?;
    making.irregular(data, "arrhythmia")?;
    making.finish(when, Quality::NONE)
}

fn glucose(data: &Members<'_>, when: Option<DeviceTime>) -> Result<Measured, Flaw> {
    let mut making = Making::of(Kind::Glucose);
    making.glucose(data, "glucose", data.text("unit")?, None)?;
    making.meal(match unless_odd(data.text("readingPeriod"))? {
        Some("before") => Some(Meal::Before),
        Some("after") => Some(Meal::After),
        _ => None,
    });
    making.finish(when, Quality::NONE)
}

fn weight(data: &Members<'_>, when: Option<DeviceTime>) -> Result<Measured, Flaw> {
    let mut making = Making::of(Kind::Weight);
    making.need(data, "weight", Field::Weight, Some(unit(data)?))?;
    making.finish(when, Quality::NONE)
}

fn temperature(data: &Members<'_>, when: Option<DeviceTime>) -> Result<Measured, Flaw> {
    let mut making = Making::of(Kind::Temperature);
    making.need(data, "temperature", Field::Temperature, Some(unit(data)?))?;
    making.finish(when, Quality::NONE)
}

fn oximetry(data: &Members<'_>, when: Option<DeviceTime>) -> Result<Measured, Flaw> {
    let mut making = Making::of(Kind::Oximetry);
    making.need(data, "spo2", Field::Spo2, None)?;
    making.spare(data, "pulse", Field::Pulse, None)?;
    making.tenths(data, "pi", Field::PerfusionIndex)?;
    making.finish(when, Quality::NONE)
}

/// The unit of a value that is sent in two of them: nobody may guess at it.
fn unit<'t>(data: &Members<'t>) -> Result<&'t str, Flaw> {
    Ok(data.text("unit")?.ok_or_else(|| data.missing("unit"))?)
}

#[cfg(test)]
mod tests;
