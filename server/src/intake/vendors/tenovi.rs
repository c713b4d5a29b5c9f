//! Tenovi: devices behind its gateway, and cellular ones. Each metric is a message or an element of an array.
//!
//! Read in the vendor's public documents: the names, the metrics with their units (mmHg, beats a minute, mg/dL, %), the
//! words in `filter_params`, and that `hardware_uuid` is the gateway's and changes with it. Read in a public client: weight
//! is in pounds and temperature in degrees Fahrenheit; `dummy_data`; `created` is the same time as `timestamp`.
//! Conclusions: `timezone_offset` counts minutes east of UTC, as the example's -240 says; `sensor_result_below_range` is the
//! counterpart of the flag that is documented.
//!
//! An estimated timestamp is taken, because the vendor sends the same one however often it sends the reading, and the hash
//! needs that. It is not the device's own time, though: the reading is flagged `clock_suspect`, whose meaning is that the
//! device's own is missing. `measurement_index` is the cloud's and not the device's count, so it is no sequence number.
//!
//! A pulse is a record of its own, which becomes a heart rate. Of a perfusion index, an irregular heartbeat, and the watch's
//! steps, sleep and statistics without their period, no reading can be made: they are set aside and not thrown away.

use vitals::decode::Members;
use vitals::{Comparator, DeviceTime, Field, Kind, Meal, Quality, Sample};

use super::making::Making;
use super::{Beside, Content, Flaw, Said, VendorKey, aside, device_in, flagged, time, unless_odd};

pub(super) fn read(message: &Members<'_>) -> Said {
    let device = device_in(message, "hwi_device_id", VendorKey::of_name);
    Said {
        device: device.and_then(|key| key.ok_or_else(|| message.missing("hwi_device_id").into())),
        beside: beside(message),
        content: content(message),
    }
}

fn metric<'t>(message: &Members<'t>) -> Result<&'t str, Flaw> {
    let metric = message.text("metric")?;
    Ok(metric.ok_or_else(|| message.missing("metric"))?.trim())
}

fn beside(message: &Members<'_>) -> Beside {
    let battery = matches!(metric(message), Ok("battery_percentage"));
    Beside::default().battery(aside(message, "value_1").filter(|_| battery))
}

fn content(message: &Members<'_>) -> Result<Content, Flaw> {
    let making = match metric(message)? {
        "battery_percentage" => return Ok(Content::Status),
        "blood_pressure" => {
            let mut making = single(message, Kind::BloodPressure, Field::Systolic, Some("mmHg"))?;
            making.need(message, "value_2", Field::Diastolic, Some("mmHg"))?;
            making
        }
        "pulse" => single(message, Kind::HeartRate, Field::HeartRate, None)?,
        "weight" => single(message, Kind::Weight, Field::Weight, Some("lb"))?,
        "temperature" => single(message, Kind::Temperature, Field::Temperature, Some("F"))?,
        // Its second value is a deviation, which has no place in a reading.
        "spO2" => single(message, Kind::Oximetry, Field::Spo2, None)?,
        "glucose" | "blood_glucose" => glucose(message)?,
        _ => return Err(Flaw::UnknownType),
    };
    let (when, estimated) = when(message)?;
    let test = flagged(message, "dummy_data", Quality::TEST)?;
    Ok(Content::Readings(vec![making.finish(when, estimated | test)?]))
}

fn single(message: &Members<'_>, kind: Kind, field: Field, unit: Option<&str>) -> Result<Making, Flaw> {
    let mut making = Making::of(kind);
    making.need(message, "value_1", field, unit)?;
    Ok(making)
}

/// The time, and what has to be said of it.
fn when(message: &Members<'_>) -> Result<(Option<DeviceTime>, Quality), Flaw> {
    let time = time::rfc3339(message, "timestamp")?;
    // One that cannot be read does not say that the time is the device's own.
    let estimated = match message.get("estimated_timestamp")? {
        Some(_) if unless_odd(message.flag("estimated_timestamp"))? != Some(false) => Quality::CLOCK_SUSPECT,
        _ => Quality::NONE,
    };
    Ok((
        time::with_offset(time, aside(message, "timezone_offset")),
        estimated,
    ))
}

fn glucose(message: &Members<'_>) -> Result<Making, Flaw> {
    let mut making = Making::of(Kind::Glucose);
    let said = message.object("filter_params")?;
    let word = |name| match &said {
        Some(said) => said.text(name),
        None => Ok(None),
    };
    // The meter says that the true value lies beyond the number.
    let comparator = match word("alert")? {
        Some("sensor_result_above_range") => Some(Comparator::Greater),
        Some("sensor_result_below_range") => Some(Comparator::Less),
        _ => None,
    };
    making.glucose(message, "value_1", None, comparator)?;
    making.meal(match unless_odd(word("meal_context"))? {
        Some("pre-prandial") => Some(Meal::Before),
        Some("post-prandial") => Some(Meal::After),
        Some("fasting") => Some(Meal::Fasting),
        _ => None,
    });
    making.sample(match unless_odd(word("measurement_location"))? {
        Some("finger" | "earlobe") => Some(Sample::Capillary),
        Some("control solution") => Some(Sample::Control),
        _ => None,
    });
    Ok(making)
}

#[cfg(test)]
mod tests;
