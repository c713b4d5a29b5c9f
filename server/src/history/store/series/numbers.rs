//! The numbers of a reading's values as they are stored, and nothing else of them: what a chart of thousands is drawn from.

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::{DeserializeSeed as _, Deserializer, IgnoredAny, MapAccess, Visitor};
use vitals::Field;

use super::COLUMNS;

/// What a chart draws of one reading.
pub(super) struct Numbers {
    /// In the order that was asked for; not a number where there is none.
    pub(super) values: [f64; COLUMNS],
    /// `>` or `<` where the first is a limit and not a value.
    pub(super) comparator: Option<char>,
    /// The span that was measured over.
    pub(super) period: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

/// The numbers of these fields, [`COLUMNS`] at most, out of what [`vitals::Vital::write_json`] wrote.
pub(super) fn read(text: &str, fields: &[Field]) -> serde_json::Result<Numbers> {
    let mut json = serde_json::Deserializer::from_str(text);
    let numbers = Wanted(fields).deserialize(&mut json)?;
    json.end()?;
    Ok(numbers)
}

struct Wanted<'f>(&'f [Field]);

impl<'de> serde::de::DeserializeSeed<'de> for Wanted<'_> {
    type Value = Numbers;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Numbers, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Wanted<'_> {
    type Value = Numbers;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the values of a reading")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Numbers, M::Error> {
        let mut numbers = Numbers {
            values: [f64::NAN; COLUMNS],
            comparator: None,
            period: None,
        };
        let (mut from, mut to) = (None, None);
        while let Some(Text(name)) = map.next_key()? {
            let place = self.0.iter().position(|field| field.as_str() == name);
            match (place, &*name) {
                (Some(place), _) => {
                    let number: Number = map.next_value()?;
                    if let Some(value) = numbers.values.get_mut(place) {
                        *value = number.value;
                    }
                    if place == 0 {
                        numbers.comparator = number.comparator;
                    }
                }
                (None, "from") => from = time(&map.next_value::<Text<'_>>()?),
                (None, "to") => to = time(&map.next_value::<Text<'_>>()?),
                (None, _) => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        numbers.period = from.zip(to);
        Ok(numbers)
    }
}

fn time(text: &Text<'_>) -> Option<DateTime<Utc>> {
    text.0.parse().ok()
}

/// A text that is copied only where it has to be.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// A plain number, or `{"value":600,"comparator":">"}`.
struct Number {
    value: f64,
    comparator: Option<char>,
}

impl Number {
    const fn plain(value: f64) -> Self {
        Self {
            value,
            comparator: None,
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PlainOrLimit)
    }
}

struct PlainOrLimit;

impl<'de> Visitor<'de> for PlainOrLimit {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or one with a comparator")
    }

    fn visit_f64<E>(self, value: f64) -> Result<Number, E> {
        Ok(Number::plain(value))
    }

    #[expect(clippy::cast_precision_loss, reason = "no vital sign has a number of 2^53")]
    fn visit_u64<E>(self, value: u64) -> Result<Number, E> {
        Ok(Number::plain(value as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "no vital sign has a number of 2^53")]
    fn visit_i64<E>(self, value: i64) -> Result<Number, E> {
        Ok(Number::plain(value as f64))
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Number, M::Error> {
        let mut number = Number::plain(f64::NAN);
        while let Some(Text(name)) = map.next_key()? {
            match &*name {
                "value" => number.value = map.next_value()?,
                "comparator" => number.comparator = map.next_value::<Text<'_>>()?.0.chars().next(),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(number)
    }
}

#[cfg(test)]
mod tests {
    use vitals::{Kind, Vital};

    use super::super::fields;
    use super::*;

    fn of(kind: Kind, text: &str) -> Numbers {
        read(text, fields(kind)).unwrap()
    }

    #[test]
    fn numbers_come_in_the_order_that_is_drawn_and_the_rest_is_passed_over() {
        let text =
            r#"{"irregular":true,"pulse":71,"systolic":138.5,"diastolic":-0,"mean":104,"new":{"a":[1]}}"#;
        let found = of(Kind::BloodPressure, text);
        assert_eq!(found.values[..3], [138.5, 0.0, 71.0]);
        assert!(found.values[3].is_nan());
        assert_eq!((found.comparator, found.period), (None, None));
    }

    #[test]
    fn a_limit_is_told_from_a_value() {
        let high = of(
            Kind::Glucose,
            r#"{"glucose":{"value":600,"comparator":">"},"meal":"before"}"#,
        );
        assert_eq!((high.values[0], high.comparator), (600.0, Some('>')));
        // Only the main number's limit is the reading's.
        let text = r#"{"spo2":97,"pulse":{"value":250,"comparator":">"}}"#;
        let beside = of(Kind::Oximetry, text);
        assert_eq!(
            (beside.values[..2].to_vec(), beside.comparator),
            (vec![97.0, 250.0], None)
        );
    }

    #[test]
    fn a_night_has_its_span() {
        let text = r#"{"deep":90,"light":240,"from":"2026-11-19T22:10:00Z","to":"2026-11-20T06:02:00.5Z"}"#;
        let (from, to) = of(Kind::Sleep, text).period.unwrap();
        assert_eq!((to - from).num_milliseconds(), 28_320_500);
    }

    #[test]
    fn what_is_no_reading_s_values_is_refused() {
        for text in ["", "[]", "{", r#"{"glucose":"100"}"#, r#"{"glucose":1} x"#] {
            assert!(read(text, fields(Kind::Glucose)).is_err(), "{text}");
        }
    }

    /// Whatever is written into the history can be drawn from it, digit by digit.
    #[test]
    fn every_kind_is_read_as_it_is_written() {
        let span = r#""from":"2026-11-19T22:10:00Z","to":"2026-11-20T06:02:00Z""#;
        let of_kind = |kind| match kind {
            Kind::BloodPressure => r#"{"systolic":138.5,"diastolic":86,"mean":104,"pulse":71}"#.to_owned(),
            Kind::Weight => r#"{"weight":81.35,"body_fat":21.7}"#.to_owned(),
            Kind::Glucose => r#"{"glucose":{"value":600,"comparator":">"},"meal":"before"}"#.to_owned(),
            Kind::Oximetry => r#"{"spo2":97.1,"pulse":66}"#.to_owned(),
            Kind::Temperature => r#"{"temperature":36.65}"#.to_owned(),
            Kind::HeartRate => r#"{"heart_rate":58}"#.to_owned(),
            Kind::Activity => format!(r#"{{"steps":8123,{span}}}"#),
            Kind::Sleep => format!(r#"{{"deep":90,"light":240,"rem":80.5,"awake":15,{span}}}"#),
        };
        for kind in Kind::ALL {
            let vital = Vital::from_json(*kind, &of_kind(*kind).parse().unwrap()).unwrap();
            let mut text = String::new();
            vital.write_json(&mut text);
            let found = of(*kind, &text);
            for (field, value) in fields(*kind).iter().zip(found.values) {
                let written = vital.get(*field).unwrap().to_f64();
                assert_eq!(value.to_bits(), written.to_bits(), "{field} of {text}");
            }
            let period = vital.period().map(|period| (period.from.ms(), period.to.ms()));
            let drawn = found
                .period
                .map(|(from, to)| (from.timestamp_millis(), to.timestamp_millis()));
            assert_eq!(drawn, period, "{text}");
        }
    }
}
