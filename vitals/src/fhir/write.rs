//! From a reading to an Observation.

use chrono::SecondsFormat;
use serde_json::{Map, Value, json};

use super::codes::{Coding, component_code, main_codes};
use super::{DEVICE_SYSTEM, EXTENSIONS, ObservationContext, SITE_SYSTEM, UCUM};
use crate::{DeviceKey, Field, Kind, Original, Quality, Quantity, Reading, Vital};

/// The Observation of `reading`.
pub fn to_observation(reading: &Reading, context: &ObservationContext<'_>) -> Value {
    let kind = reading.vital.kind();
    let mut out = Map::new();
    let mut put = |name: &str, value: Value| {
        out.insert(name.to_owned(), value);
    };
    put("resourceType", "Observation".into());
    put("id", context.id.into());
    if reading.quality.contains(Quality::TEST) {
        // What HL7 calls test data, for those who know nothing of our extensions.
        let system = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
        put(
            "meta",
            json!({"security": [{"system": system, "code": "HTEST", "display": "test health data"}]}),
        );
    }
    put("status", context.status.as_str().into());
    put("category", json!([category(kind)]));
    put("code", concept(main_codes(&reading.vital), kind.label()));
    if let Some(subject) = context.subject {
        put("subject", json!({"reference": subject}));
    }
    match reading.vital.period() {
        Some(period) => {
            put(
                "effectivePeriod",
                json!({"start": period.from.to_string(), "end": period.to.to_string()}),
            );
        }
        None => put("effectiveDateTime", effective(reading, context).into()),
    }
    put("device", device(&reading.device, context));
    let main = main_field(kind);
    if let Some(quantity) = main.and_then(|field| reading.vital.get(field))
        && let Some(field) = main
    {
        put("valueQuantity", value_quantity(field, quantity));
    }
    let components = components(&reading.vital, main);
    if !components.is_empty() {
        put("component", components.into());
    }
    if let Vital::Temperature(v) = &reading.vital
        && let Some(site) = v.site
    {
        put(
            "bodySite",
            json!({"coding": [{"system": SITE_SYSTEM, "code": site.as_str()}], "text": site.as_str()}),
        );
    }
    let extensions = extensions(reading);
    if !extensions.is_empty() {
        put("extension", extensions.into());
    }
    Value::Object(out)
}

/// The value at the top of an Observation; a blood pressure and a sleep have none.
pub(super) fn main_field(kind: Kind) -> Option<Field> {
    match kind {
        Kind::BloodPressure | Kind::Sleep => None,
        _ => kind.fields().first().copied(),
    }
}

fn category(kind: Kind) -> Value {
    let (code, display) = match kind {
        Kind::Glucose => ("laboratory", "Laboratory"),
        Kind::Activity | Kind::Sleep => ("activity", "Activity"),
        _ => ("vital-signs", "Vital Signs"),
    };
    let system = "http://terminology.hl7.org/CodeSystem/observation-category";
    json!({"coding": [{"system": system, "code": code, "display": display}]})
}

fn concept(codes: &[Coding], text: &str) -> Value {
    let coding: Vec<Value> = codes
        .iter()
        .map(|c| json!({"system": c.system, "code": c.code, "display": c.display}))
        .collect();
    json!({"coding": coding, "text": text})
}

fn effective(reading: &Reading, context: &ObservationContext<'_>) -> String {
    let own = if reading.quality.contains(Quality::CLOCK_SUSPECT) {
        None
    } else {
        reading.device_time
    };
    own.and_then(crate::DeviceTime::to_rfc3339)
        .unwrap_or_else(|| context.effective.to_rfc3339_opts(SecondsFormat::Millis, true))
}

fn device(key: &DeviceKey, context: &ObservationContext<'_>) -> Value {
    let maker = key.maker.as_str().replace('\\', "\\\\").replace('|', "\\|");
    let mut device =
        json!({"identifier": {"system": DEVICE_SYSTEM, "value": format!("{maker}|{}", key.serial)}});
    if let Some(reference) = context.device_reference {
        device["reference"] = reference.into();
    }
    if let Some(display) = context.device_display {
        device["display"] = display.into();
    }
    device
}

fn value_quantity(field: Field, quantity: Quantity) -> Value {
    let mut value =
        json!({"value": quantity.to_number(), "unit": field.unit(), "system": UCUM, "code": field.ucum()});
    if let Some(comparator) = quantity.comparator() {
        value["comparator"] = comparator.as_str().into();
    }
    value
}

fn components(vital: &Vital, main: Option<Field>) -> Vec<Value> {
    let mut components: Vec<Value> = vital
        .quantities()
        .filter(|(field, _)| Some(*field) != main)
        .map(|(field, quantity)| {
            let code = concept(component_code(field), field.label());
            json!({"code": code, "valueQuantity": value_quantity(field, quantity)})
        })
        .collect();
    let intervals = vital.rr_intervals();
    if !intervals.is_empty() {
        let text = intervals.iter().map(i64::to_string).collect::<Vec<_>>().join(" ");
        let field = Field::RrIntervals;
        components.push(json!({"code": concept(component_code(field), field.label()), "valueString": text}));
    }
    components
}

/// Numbers of 64 bits travel as text: FHIR's integer has 32.
fn extensions(reading: &Reading) -> Vec<Value> {
    let mut list = Vec::new();
    let url = |name: &str| format!("{EXTENSIONS}{name}");
    if let Some(slot) = reading.user_slot {
        list.push(json!({"url": url("user-slot"), "valueUnsignedInt": slot.get()}));
    }
    if let Some(time) = reading.device_time {
        let mut parts = vec![json!({"url": "ms", "valueString": time.ms.to_string()})];
        if let Some(minutes) = time.offset_minutes {
            parts.push(json!({"url": "offset-minutes", "valueInteger": minutes}));
        }
        list.push(json!({"url": url("device-time"), "extension": parts}));
    }
    if let Some(sequence) = reading.sequence {
        list.push(json!({"url": url("sequence"), "valueString": sequence.to_string()}));
    }
    for name in reading.quality.names() {
        list.push(json!({"url": url("quality"), "valueCode": name}));
    }
    for Original { field, value, unit } in &reading.original {
        let parts = json!([
            {"url": "field", "valueCode": field.as_str()},
            {"url": "value", "valueString": value},
            {"url": "unit", "valueString": unit},
        ]);
        list.push(json!({"url": url("original"), "extension": parts}));
    }
    match &reading.vital {
        Vital::BloodPressure(v) => {
            if let Some(irregular) = v.irregular {
                list.push(json!({"url": url("irregular"), "valueBoolean": irregular}));
            }
        }
        Vital::Glucose(v) => {
            if let Some(meal) = v.meal {
                list.push(json!({"url": url("meal"), "valueCode": meal.as_str()}));
            }
            if let Some(sample) = v.sample {
                list.push(json!({"url": url("sample"), "valueCode": sample.as_str()}));
            }
        }
        _ => {}
    }
    list
}
