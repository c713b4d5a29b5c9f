//! The values as they are stored: canonical units, numbers written exactly from the scaled integers.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::Vital;
use crate::decode::values;
use crate::{DecodeError, Kind, Quantity};

impl Vital {
    /// The values under their names, as they stand under `values` in a sender's message: a plain number in the canonical
    /// unit, `{"value":600,"comparator":">"}` where it has a comparator. Loses nothing: see [`Vital::from_json`].
    pub fn to_json(&self) -> Value {
        let mut map = Map::new();
        for (field, quantity) in self.quantities() {
            map.insert(field.as_str().into(), quantity_json(quantity));
        }
        if !self.rr_intervals().is_empty() {
            map.insert("rr_intervals".into(), json!(self.rr_intervals()));
        }
        if let Self::BloodPressure(v) = self
            && let Some(irregular) = v.irregular
        {
            map.insert("irregular".into(), irregular.into());
        }
        for (name, word) in self.words() {
            map.insert(name.into(), word.into());
        }
        if let Some(period) = self.period() {
            map.insert("from".into(), period.from.to_string().into());
            map.insert("to".into(), period.to.to_string().into());
        }
        Value::Object(map)
    }

    /// Reads what [`Vital::to_json`] and [`Vital::write_json`] wrote.
    pub fn from_json(kind: Kind, json: &Value) -> Result<Self, DecodeError> {
        let Value::Object(map) = json else {
            return Err(DecodeError::WrongType {
                field: "/values".into(),
                expected: "an object",
            });
        };
        let entries: Vec<_> = map
            .iter()
            .map(|(name, value)| (Cow::Borrowed(name.as_str()), value.into()))
            .collect();
        values::vital(kind, &entries, &mut Vec::new())
    }

    /// Appends the text of [`Vital::to_json`] to `out`, without building the tree: for the hot path.
    pub fn write_json(&self, out: &mut String) {
        out.push('{');
        let mut first = true;
        let mut name = |out: &mut String, name: &str| {
            out.push_str(if first { "\"" } else { ",\"" });
            first = false;
            out.push_str(name);
            out.push_str("\":");
        };
        for (field, quantity) in self.quantities() {
            name(out, field.as_str());
            write_quantity(quantity, out);
        }
        if !self.rr_intervals().is_empty() {
            name(out, "rr_intervals");
            for (place, ms) in self.rr_intervals().iter().enumerate() {
                out.push(if place == 0 { '[' } else { ',' });
                written(write!(out, "{ms}"));
            }
            out.push(']');
        }
        if let Self::BloodPressure(v) = self
            && let Some(irregular) = v.irregular
        {
            name(out, "irregular");
            out.push_str(if irregular { "true" } else { "false" });
        }
        for (key, word) in self.words() {
            name(out, key);
            written(write!(out, "\"{word}\""));
        }
        if let Some(period) = self.period() {
            name(out, "from");
            written(write!(out, "\"{}\"", period.from));
            name(out, "to");
            written(write!(out, "\"{}\"", period.to));
        }
        out.push('}');
    }

    /// The coded values that are there, under their names.
    pub(crate) fn words(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let (meal, sample, site) = match self {
            Self::Glucose(v) => (v.meal, v.sample, None),
            Self::Temperature(v) => (None, None, v.site),
            _ => (None, None, None),
        };
        let meal = meal.map(|meal| ("meal", meal.as_str()));
        let sample = sample.map(|sample| ("sample", sample.as_str()));
        let site = site.map(|site| ("site", site.as_str()));
        [meal, sample, site].into_iter().flatten()
    }
}

fn quantity_json(quantity: Quantity) -> Value {
    let number = Value::Number(quantity.to_number());
    match quantity.comparator() {
        Some(comparator) => json!({"value": number, "comparator": comparator.as_str()}),
        None => number,
    }
}

fn write_quantity(quantity: Quantity, out: &mut String) {
    let Some(comparator) = quantity.comparator() else {
        return written(quantity.write_number(out));
    };
    out.push_str("{\"value\":");
    written(quantity.write_number(out));
    written(write!(out, ",\"comparator\":\"{}\"}}", comparator.as_str()));
}

/// Writing to a `String` cannot fail, so the result is swallowed here and nowhere else.
fn written(_result: std::fmt::Result) {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::arbitrary;

    proptest! {
        #[test]
        fn stored_values_lose_nothing(vital in arbitrary::vital()) {
            let json = vital.to_json();
            prop_assert_eq!(&Vital::from_json(vital.kind(), &json).unwrap(), &vital);
            let mut text = String::new();
            vital.write_json(&mut text);
            prop_assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), json.clone());
            let through_text: Value = serde_json::from_str(&json.to_string()).unwrap();
            prop_assert_eq!(&Vital::from_json(vital.kind(), &through_text).unwrap(), &vital);
        }
    }

    #[test]
    fn numbers_are_written_plainly() {
        let values =
            json!({"glucose": {"value": 600, "comparator": ">"}, "meal": "before", "sample": "capillary"});
        let vital = Vital::from_json(Kind::Glucose, &values).unwrap();
        let mut text = String::new();
        vital.write_json(&mut text);
        assert_eq!(
            text,
            r#"{"glucose":{"value":600,"comparator":">"},"meal":"before","sample":"capillary"}"#
        );
        let vital =
            Vital::from_json(Kind::Temperature, &json!({"temperature": 36.65, "site": "ear"})).unwrap();
        assert_eq!(
            vital.to_json().to_string(),
            r#"{"site":"ear","temperature":36.65}"#
        );
        assert_eq!(
            Vital::from_json(Kind::Weight, &json!([])).unwrap_err().code(),
            "wrong-type"
        );
    }
}
