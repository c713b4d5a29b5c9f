//! BodyTrace: cuffs and scales with a modem of their own.
//!
//! Read in a public client's description of the messages: the names, `deviceId`, pascal, grams whatever `unit` says,
//! `rssi` in minus dBm, the working range of the battery, and that a `tare` above 0.1 kg is an error of calibration.
//! Conclusions: `tare` is in grams as `weight` is; a signal that is sent negative is in dBm already.
//!
//! The battery's voltage is not made a percentage. Known is only that 4,700 to 6,000 mV are good, and between these the
//! voltage of no kind of cell falls evenly. To say 0 % below 4,700 mV would be true, but nothing would ever take it back
//! once the cells were changed, so the voltage stays in the raw message alone.

use vitals::decode::Members;
use vitals::{DecodeError, DeviceTime, Field, Kind, Quality, Quantity};

use super::making::Making;
use super::time::{self, Ticks};
use super::{Beside, Content, Flaw, Measured, Said, VendorKey, aside, device_in, imei, unless_odd};

/// Above this the scale has weighed with a wrong zero, in g.
const MOST_TARE_G: i64 = 100;

pub(super) fn read(message: &Members<'_>) -> Said {
    Said {
        device: device(message),
        beside: beside(message),
        content: content(message),
    }
}

/// `imei`, or in older messages `deviceId`: the IMEI without its leading zeros and without its check digit.
fn device(message: &Members<'_>) -> Result<VendorKey, Flaw> {
    if let Some(key) = device_in(message, "imei", imei::key_of)? {
        return Ok(key);
    }
    let older = device_in(message, "deviceId", imei::without_check)?;
    older.ok_or_else(|| message.missing("imei").into())
}

fn beside(message: &Members<'_>) -> Beside {
    let signal = ["signalStrength", "rssi"]
        .iter()
        .find_map(|name| aside(message, name));
    // No antenna receives 0 dBm from a tower: that is a device that does not know.
    let dbm = signal
        .filter(|strength| *strength != 0)
        .map(|strength| -strength.saturating_abs());
    Beside::default().signal(dbm)
}

fn content(message: &Members<'_>) -> Result<Content, Flaw> {
    let Some(values) = message.object("values")? else {
        return Ok(Content::Status);
    };
    let when = || Ok::<_, Flaw>(time::at(time::epoch(message, "ts", Ticks::Millis)?, None));
    let mut readings = Vec::new();
    if values.get("systolic")?.is_some() || values.get("diastolic")?.is_some() {
        readings.push(pressure(&values, when()?)?);
    }
    if values.get("weight")?.is_some() {
        readings.push(weight(&values, when()?)?);
    }
    Ok(Content::of(readings))
}

fn pressure(values: &Members<'_>, when: Option<DeviceTime>) -> Result<Measured, Flaw> {
    let mut making = Making::of(Kind::BloodPressure);
    making.need(values, "systolic", Field::Systolic, Some("Pa"))?;
    making.need(values, "diastolic", Field::Diastolic, Some("Pa"))?;
    making.spare(values, "pulse", Field::Pulse, None)?;
    making.irregular(values, "irregular")?;
    making.finish(when, Quality::NONE)
}

fn weight(values: &Members<'_>, when: Option<DeviceTime>) -> Result<Measured, Flaw> {
    let mut making = Making::of(Kind::Weight);
    making.need(values, "weight", Field::Weight, Some("g"))?;
    // One that is too large for a number is off as well. What is no number at all says nothing.
    let is_off = match values.number("tare") {
        Err(DecodeError::OutOfRange { .. }) => true,
        tare => unless_odd(tare)?
            .is_some_and(|tare| Quantity::new(tare, 0).map_or(true, |tare| tare.scaled() > MOST_TARE_G)),
    };
    let quality = if is_off {
        Quality::UNCONFIRMED
    } else {
        Quality::NONE
    };
    making.finish(when, quality)
}

#[cfg(test)]
mod tests;
