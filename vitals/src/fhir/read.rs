//! From an Observation back to a reading.

use serde_json::Value;

use super::codes::{component_code, kind_of};
use super::write::main_field;
use super::{DEVICE_SYSTEM, EXTENSIONS, FhirError, LOINC, SITE_SYSTEM};
use crate::decode::loose::Loose;
use crate::{
    Decimal, DeviceKey, DeviceTime, Field, Instant, Kind, Original, Quality, Reading, UserSlot, VitalDraft,
};

/// The reading that an Observation of [`to_observation`](super::to_observation) was made from. Its id, status, subject and
/// effective time are not part of a reading.
pub fn from_observation(observation: &Value) -> Result<Reading, FhirError> {
    if observation["resourceType"] != "Observation" {
        return Err(FhirError::Invalid("resourceType"));
    }
    let codings = |element: &Value| element["coding"].as_array().cloned().unwrap_or_default();
    let kind = codings(&observation["code"])
        .iter()
        .filter(|coding| coding["system"] == LOINC)
        .find_map(|coding| kind_of(coding["code"].as_str()?))
        .ok_or(FhirError::UnknownCode)?;
    let extensions = Extensions::read(&observation["extension"])?;
    let mut draft = VitalDraft::new(kind);
    let mut original = extensions.original;
    if let Some(field) = main_field(kind) {
        let value = observation
            .get("valueQuantity")
            .ok_or(FhirError::Missing("valueQuantity"))?;
        original.extend(measure(&mut draft, field, value)?);
    }
    for component in observation["component"].as_array().into_iter().flatten() {
        original.extend(read_component(&mut draft, component)?);
    }
    if let Some(period) = observation.get("effectivePeriod") {
        draft.from(instant(&period["start"], "effectivePeriod.start")?);
        draft.to(instant(&period["end"], "effectivePeriod.end")?);
    }
    if let Some(irregular) = extensions.irregular {
        draft.irregular(irregular);
    }
    if let Some(meal) = extensions.meal {
        draft.meal(meal);
    }
    if let Some(sample) = extensions.sample {
        draft.sample(sample);
    }
    let site = codings(&observation["bodySite"])
        .into_iter()
        .find(|coding| coding["system"] == SITE_SYSTEM);
    if let Some(site) = site {
        draft.site(word(&site["code"], "bodySite")?);
    }
    Ok(Reading {
        device: device(&observation["device"]["identifier"])?,
        user_slot: extensions.user_slot,
        vital: draft.finish()?,
        device_time: extensions.device_time,
        sequence: extensions.sequence,
        quality: extensions.quality,
        original,
    })
}

fn measure(draft: &mut VitalDraft, field: Field, value: &Value) -> Result<Option<Original>, FhirError> {
    let place = "valueQuantity";
    let Loose::Number(number) = Loose::from(&value["value"]) else {
        return Err(FhirError::Invalid(place));
    };
    let unit = value["code"]
        .as_str()
        .or_else(|| value["unit"].as_str())
        .ok_or(FhirError::Missing("valueQuantity.code"))?;
    let comparator = match &value["comparator"] {
        Value::Null => None,
        comparator => Some(word(comparator, "valueQuantity.comparator")?),
    };
    Ok(draft.measure(field, number, Some(unit), comparator)?)
}

/// A component whose code this kind does not have is somebody else's and is left alone.
fn read_component(draft: &mut VitalDraft, component: &Value) -> Result<Option<Original>, FhirError> {
    let codings = component["code"]["coding"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let has = |field: Field| {
        let own = component_code(field).first();
        own.is_some_and(|own| {
            codings
                .iter()
                .any(|coding| coding["system"] == own.system && coding["code"] == own.code)
        })
    };
    if draft.kind() == Kind::HeartRate && has(Field::RrIntervals) {
        let text = component["valueString"]
            .as_str()
            .ok_or(FhirError::Missing("component.valueString"))?;
        let numbers: Result<Vec<Decimal>, _> = text.split_whitespace().map(str::parse).collect();
        let numbers = numbers.map_err(|_| FhirError::Invalid("component.valueString"))?;
        return Ok(draft.rr_intervals(&numbers, None)?);
    }
    let field = draft.kind().fields().iter().copied().find(|field| has(*field));
    match (field, component.get("valueQuantity")) {
        (Some(field), Some(value)) => measure(draft, field, value),
        _ => Ok(None),
    }
}

fn device(identifier: &Value) -> Result<DeviceKey, FhirError> {
    let place = "device.identifier";
    if identifier["system"] != DEVICE_SYSTEM {
        return Err(FhirError::Missing(place));
    }
    let value = identifier["value"].as_str().ok_or(FhirError::Missing(place))?;
    let (mut maker, mut chars) = (String::new(), value.chars());
    while let Some(c) = chars.next() {
        match c {
            '|' => return DeviceKey::parse(&maker, chars.as_str()).map_err(|_| FhirError::Invalid(place)),
            '\\' => maker.extend(chars.next()),
            other => maker.push(other),
        }
    }
    Err(FhirError::Invalid(place))
}

fn instant(value: &Value, place: &'static str) -> Result<Instant, FhirError> {
    value
        .as_str()
        .and_then(Instant::parse)
        .ok_or(FhirError::Invalid(place))
}

fn word<T: std::str::FromStr>(value: &Value, place: &'static str) -> Result<T, FhirError> {
    value
        .as_str()
        .and_then(|text| text.parse().ok())
        .ok_or(FhirError::Invalid(place))
}

/// What our own extensions say.
#[derive(Default)]
struct Extensions {
    user_slot: Option<UserSlot>,
    device_time: Option<DeviceTime>,
    sequence: Option<i64>,
    quality: Quality,
    original: Vec<Original>,
    irregular: Option<bool>,
    meal: Option<crate::Meal>,
    sample: Option<crate::Sample>,
}

impl Extensions {
    fn read(list: &Value) -> Result<Self, FhirError> {
        let mut found = Self::default();
        for extension in list.as_array().into_iter().flatten() {
            let Some(name) = extension["url"]
                .as_str()
                .and_then(|url| url.strip_prefix(EXTENSIONS))
            else {
                continue;
            };
            found.one(name, extension)?;
        }
        Ok(found)
    }

    fn one(&mut self, name: &str, extension: &Value) -> Result<(), FhirError> {
        let code = &extension["valueCode"];
        match name {
            "user-slot" => {
                let slot = extension["valueUnsignedInt"].as_i64().and_then(UserSlot::new);
                self.user_slot = Some(slot.ok_or(FhirError::Invalid("extension user-slot"))?);
            }
            "device-time" => {
                let place = "extension device-time";
                let offset = part(extension, "offset-minutes")
                    .map(|part| part["valueInteger"].as_i64().ok_or(FhirError::Invalid(place)))
                    .transpose()?;
                let ms = part(extension, "ms").ok_or(FhirError::Missing(place))?;
                let ms = word(&ms["valueString"], place)?;
                self.device_time = Some(DeviceTime {
                    ms,
                    offset_minutes: offset.and_then(DeviceTime::offset),
                });
            }
            "sequence" => self.sequence = Some(word(&extension["valueString"], "extension sequence")?),
            "quality" => {
                let flag = code.as_str().and_then(|name| Quality::from_name(name).ok());
                self.quality |= flag.ok_or(FhirError::Invalid("extension quality"))?;
            }
            "original" => {
                let place = "extension original";
                let text = |name: &str, value: &str| {
                    part(extension, name)
                        .and_then(|part| part[value].as_str())
                        .ok_or(FhirError::Missing(place))
                };
                self.original.push(Original {
                    field: text("field", "valueCode")?
                        .parse()
                        .map_err(|_| FhirError::Invalid(place))?,
                    value: text("value", "valueString")?.to_owned(),
                    unit: text("unit", "valueString")?.to_owned(),
                });
            }
            "irregular" => {
                let irregular = extension["valueBoolean"].as_bool();
                self.irregular = Some(irregular.ok_or(FhirError::Invalid("extension irregular"))?);
            }
            "meal" => self.meal = Some(word(code, "extension meal")?),
            "sample" => self.sample = Some(word(code, "extension sample")?),
            _ => {}
        }
        Ok(())
    }
}

/// The part of a complex extension with this name.
fn part<'a>(extension: &'a Value, name: &str) -> Option<&'a Value> {
    extension["extension"]
        .as_array()?
        .iter()
        .find(|part| part["url"] == name)
}
