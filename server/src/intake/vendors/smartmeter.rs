//! Smart Meter's cellular devices, through Validic.
//!
//! Read in Validic's public documents: the shape of a measurement, `start_time` and `end_time` in UTC, `utc_offset` in
//! seconds, the metrics `systolic`, `diastolic`, `pulse` and `blood_glucose` with their units, the words of
//! `relationship_to_meal`, that a metric may appear in any record, and that a Smart Meter device is known by its IMEI.
//! Conclusions: the names of the other metrics below; that a metric whose `origin` is `manual` was typed by a person and has
//! not been confirmed by the device; the shape of `diagnostics`, of which only a battery in % and a signal in dBm are taken.
//!
//! One message may hold several kinds, which become several readings. A pulse goes with the cuff, without one with the
//! oximeter, and stands alone without either. Metrics that are not known are passed over where another is taken, and so is
//! what stands beside a good value and was not measured or cannot be.

use vitals::decode::{Members, Pointer};
use vitals::{DecodeError, DeviceTime, Field, Kind, Meal, Quality};

use super::making::Making;
use super::{Beside, Content, Flaw, Measured, Said, VendorKey, aside, device_in, time, unless_odd};

const SYSTOLIC: &[&str] = &["systolic"];
const DIASTOLIC: &[&str] = &["diastolic"];
const PULSE: &[&str] = &["pulse", "heart_rate"];
const SPO2: &[&str] = &["spo2"];
const PERFUSION: &[&str] = &["perfusion_index"];
const WEIGHT: &[&str] = &["body_weight", "weight"];
const BMI: &[&str] = &["bmi", "body_mass_index"];
const BODY_FAT: &[&str] = &["body_fat"];
const GLUCOSE: &[&str] = &["blood_glucose"];
const TEMPERATURE: &[&str] = &["body_temperature", "temperature"];

pub(super) fn read(message: &Members<'_>) -> Said {
    Said {
        device: device(message),
        beside: beside(message).unwrap_or_default(),
        content: content(message),
    }
}

/// `source` → `device`, of which the errors name the deepest that was found.
fn source<'t>(message: &Members<'t>) -> Result<Members<'t>, Flaw> {
    let source = message
        .object("source")?
        .ok_or_else(|| message.missing("source"))?;
    Ok(source.object("device")?.ok_or_else(|| source.missing("device"))?)
}

fn device(message: &Members<'_>) -> Result<VendorKey, Flaw> {
    let device = source(message)?;
    let key = device_in(&device, "id", VendorKey::of_imei_or_name)?;
    key.ok_or_else(|| device.missing("id").into())
}

fn beside(message: &Members<'_>) -> Result<Beside, Flaw> {
    let said = source(message)?.objects("diagnostics")?.unwrap_or_default();
    let value = |begins: &[&str], units: &[&str]| {
        said.iter().flatten().find_map(|entry| {
            let is = |name: &str, known: &dyn Fn(&str) -> bool| {
                entry.text(name).is_ok_and(|text| text.is_some_and(known))
            };
            let is_it = |text: &str| begins.iter().any(|begin| text.starts_with(begin));
            let in_it = |text: &str| units.iter().any(|unit| text.eq_ignore_ascii_case(unit));
            let fits = (is("type", &is_it) || is("name", &is_it)) && is("unit", &in_it);
            aside(entry, "value").filter(|_| fits)
        })
    };
    Ok(Beside::default()
        .battery(value(&["battery"], &["%", "percent"]))
        .signal(value(&["signal", "rssi"], &["dBm"])))
}

fn content(message: &Members<'_>) -> Result<Content, Flaw> {
    if message
        .text("type")?
        .is_some_and(|kind| !kind.starts_with("measurement"))
    {
        return Err(Flaw::UnknownType);
    }
    let metrics = Metrics::of(message)?;
    if metrics.0.is_empty() {
        return Ok(Content::Status);
    }
    let when = when(message)?;
    let mut readings = Vec::new();
    let is_cuff = metrics.has(SYSTOLIC) || metrics.has(DIASTOLIC);
    if is_cuff {
        readings.push(pressure(&metrics, when)?);
    }
    if metrics.has(SPO2) {
        readings.push(oximetry(&metrics, when, !is_cuff)?);
    }
    if metrics.has(WEIGHT) {
        readings.push(weight(&metrics, when)?);
    }
    if metrics.has(GLUCOSE) {
        readings.push(glucose(message, &metrics, when)?);
    }
    if metrics.has(TEMPERATURE) {
        let mut making = Making::of(Kind::Temperature);
        let quality = metrics.need(&mut making, TEMPERATURE, Field::Temperature)?;
        readings.push(making.finish(when, quality)?);
    }
    if metrics.has(PULSE) && !is_cuff && !metrics.has(SPO2) {
        let mut making = Making::of(Kind::HeartRate);
        if readings.is_empty() {
            let quality = metrics.need(&mut making, PULSE, Field::HeartRate)?;
            readings.push(making.finish(when, quality)?);
        } else if let Some(quality) = metrics.spare(&mut making, PULSE, Field::HeartRate)? {
            readings.push(making.finish(when, quality)?);
        }
    }
    if readings.is_empty() {
        return Err(Flaw::UnknownType);
    }
    Ok(Content::Readings(readings))
}

/// The beginning, which of a measurement at one point in time is the end as well.
fn when(message: &Members<'_>) -> Result<Option<DeviceTime>, Flaw> {
    let start = time::rfc3339(message, "start_time")?;
    let time = match start {
        Some(start) => Some(start),
        None => time::rfc3339(message, "end_time")?,
    };
    let minutes = aside(message, "utc_offset")
        .filter(|seconds| seconds % 60 == 0)
        .map(|seconds| seconds / 60);
    Ok(time::with_offset(time, minutes))
}

fn pressure(metrics: &Metrics<'_>, when: Option<DeviceTime>) -> Result<Measured, Flaw> {
    let mut making = Making::of(Kind::BloodPressure);
    let mut quality = metrics.need(&mut making, SYSTOLIC, Field::Systolic)?;
    quality |= metrics.need(&mut making, DIASTOLIC, Field::Diastolic)?;
    quality |= metrics.take(&mut making, PULSE, Field::Pulse)?;
    making.finish(when, quality)
}

fn oximetry(metrics: &Metrics<'_>, when: Option<DeviceTime>, has_pulse: bool) -> Result<Measured, Flaw> {
    let mut making = Making::of(Kind::Oximetry);
    let mut quality = metrics.need(&mut making, SPO2, Field::Spo2)?;
    if has_pulse {
        quality |= metrics.take(&mut making, PULSE, Field::Pulse)?;
    }
    quality |= metrics.take(&mut making, PERFUSION, Field::PerfusionIndex)?;
    making.finish(when, quality)
}

fn weight(metrics: &Metrics<'_>, when: Option<DeviceTime>) -> Result<Measured, Flaw> {
    let mut making = Making::of(Kind::Weight);
    let mut quality = metrics.need(&mut making, WEIGHT, Field::Weight)?;
    quality |= metrics.take(&mut making, BMI, Field::Bmi)?;
    quality |= metrics.take(&mut making, BODY_FAT, Field::BodyFat)?;
    making.finish(when, quality)
}

fn glucose(message: &Members<'_>, metrics: &Metrics<'_>, when: Option<DeviceTime>) -> Result<Measured, Flaw> {
    let mut making = Making::of(Kind::Glucose);
    let quality = metrics.need(&mut making, GLUCOSE, Field::Glucose)?;
    making.meal(meal(message)?);
    making.finish(when, quality)
}

/// What the person said of the meal in a note.
fn meal(message: &Members<'_>) -> Result<Option<Meal>, Flaw> {
    let notes = unless_odd(message.objects("user_notes"))?;
    for note in notes.into_iter().flatten().flatten() {
        if unless_odd(note.text("type"))? == Some("relationship_to_meal") {
            return Ok(match unless_odd(note.text("value"))? {
                Some("before") => Some(Meal::Before),
                Some("after") => Some(Meal::After),
                Some("fasting") => Some(Meal::Fasting),
                Some("random") => Some(Meal::Casual),
                _ => None,
            });
        }
    }
    Ok(None)
}

/// The metrics of a message by their types, those without a value left out. No type that is read stands twice.
struct Metrics<'t>(Vec<(&'t str, Members<'t>)>, Pointer);

impl<'t> Metrics<'t> {
    fn of(message: &Members<'t>) -> Result<Self, Flaw> {
        let listed = message
            .objects("metrics")?
            .ok_or_else(|| message.missing("metrics"))?;
        let mut metrics = Vec::new();
        for metric in listed {
            let metric = metric?;
            let kind = metric.text("type")?.ok_or_else(|| metric.missing("type"))?;
            if metric.get("value")?.is_some() {
                metrics.push((kind, metric));
            }
        }
        Ok(Self(metrics, message.pointer("metrics")))
    }

    fn has(&self, types: &[&str]) -> bool {
        self.0.iter().any(|(kind, _)| types.contains(kind))
    }

    /// The metric of one of these types.
    fn find(&self, types: &[&str]) -> Result<Option<&Members<'t>>, Flaw> {
        let mut found = self.0.iter().filter(|(kind, _)| types.contains(kind));
        let metric = found.next().map(|(_, metric)| metric);
        if let Some((_, again)) = found.next() {
            return Err(Flaw::Decode(DecodeError::Duplicate {
                field: again.pointer("type"),
            }));
        }
        Ok(metric)
    }

    /// Takes a metric that has to be there. Returns what has to be said of its quality.
    fn need(&self, making: &mut Making, types: &[&str], field: Field) -> Result<Quality, Flaw> {
        // It stands in a list, so the missing one has no place of its own.
        let missing = || DecodeError::MissingValue {
            field: self.1.clone(),
        };
        let metric = self.find(types)?.ok_or_else(missing)?;
        let unit = unit(metric, field)?;
        if field == Field::Glucose {
            making.glucose(metric, "value", unit, None)?;
        } else {
            making.need(metric, "value", field, unit)?;
        }
        typed(metric)
    }

    /// Takes a metric beside a value that is good without it. Returns what has to be said of its quality.
    fn take(&self, making: &mut Making, types: &[&str], field: Field) -> Result<Quality, Flaw> {
        Ok(self.spare(making, types, field)?.unwrap_or(Quality::NONE))
    }

    /// The same; none where it was not measured.
    fn spare(&self, making: &mut Making, types: &[&str], field: Field) -> Result<Option<Quality>, Flaw> {
        let Some(metric) = self.find(types)? else {
            return Ok(None);
        };
        // A unit that cannot be read is as good as one that is not known.
        let is_taken = match unit(metric, field) {
            Ok(unit) => making.spare(metric, "value", field, unit)?,
            Err(_) => false,
        };
        is_taken.then(|| typed(metric)).transpose()
    }
}

/// That a person typed it, where that is said.
fn typed(metric: &Members<'_>) -> Result<Quality, Flaw> {
    Ok(match unless_odd(metric.text("origin"))? {
        Some("manual") => Quality::UNCONFIRMED,
        _ => Quality::NONE,
    })
}

/// The unit of a metric. Where several are in use, it has to be there: nobody may guess at it.
fn unit<'t>(metric: &Members<'t>, field: Field) -> Result<Option<&'t str>, Flaw> {
    match (metric.text("unit")?, field) {
        (None, Field::Weight | Field::Glucose | Field::Temperature) => Err(metric.missing("unit").into()),
        (Some("percent"), _) => Ok(Some("%")),
        (Some("kg/m^2"), Field::Bmi) => Ok(None),
        (unit, _) => Ok(unit),
    }
}

#[cfg(test)]
mod tests;
