//! The JSON behind a device's chart, which comes with the page, and one point of it in each live event.

use std::collections::BTreeMap;

use serde::Serialize;
use vitals::{Field, Kind};

/// From a canonical number to one of another unit: times `factor`, plus `add`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Scale {
    /// What it is multiplied with.
    pub factor: f64,
    /// What is added to the product.
    pub add: f64,
}

/// Everything that a chart draws. Times are milliseconds since 1970 in UTC; values are in the units of who looks.
#[derive(Debug, Clone, Serialize)]
pub struct Series {
    /// The kind decides how it is drawn.
    pub kind: Kind,
    /// The left edge.
    pub from: i64,
    /// The right edge.
    pub to: i64,
    /// The IANA zone of the axis, for example `America/New_York`.
    pub time_zone: String,
    /// The main value's unit as a person reads it.
    pub unit: String,
    /// How the numbers here came from canonical ones, where who looks reads another unit; then one digit behind the point
    /// means something in them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shown: Option<Scale>,
    /// Target ranges, drawn as bands behind the values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bands: Vec<Band>,
    /// Beyond these a value is drawn warm: a person should look.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alarm: Vec<Band>,
    /// The mean of the week by field, drawn as a dashed line; empty where there is too little to call it that.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub mean: BTreeMap<Field, f64>,
    /// The readings, oldest first.
    pub points: Vec<Point>,
}

impl Series {
    /// As JSON that may stand in a page: nothing in it ends the element that it is in, or begins another.
    pub fn in_page(&self) -> String {
        // No key of a map here is anything but a text, so there is nothing that could fail.
        let json = serde_json::to_string(self).unwrap_or_default();
        json.replace('<', "\\u003c")
    }
}

/// A range of one field; an open end is absent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Band {
    /// Which value.
    pub field: Field,
    /// From here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// To here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
}

/// One reading of a chart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Point {
    /// When it was measured; of a period (activity, sleep) its beginning.
    pub t: i64,
    /// The end of a period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
    /// The reading's id: a point that comes again replaces the first.
    pub id: String,
    /// The values by field.
    pub v: BTreeMap<Field, f64>,
    /// Quality flags by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
    /// `<` (LO) or `>` (HI) where the value lies beyond what the device can measure.
    pub comparator: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A glucometer's LO.
    fn low() -> Series {
        Series {
            kind: Kind::Glucose,
            from: 0,
            to: 86_400_000,
            time_zone: "America/New_York".into(),
            unit: "mg/dL".into(),
            shown: None,
            bands: vec![Band {
                field: Field::Glucose,
                low: Some(70.0),
                high: None,
            }],
            alarm: vec![],
            mean: BTreeMap::from([(Field::Glucose, 112.5)]),
            points: vec![Point {
                t: 1_000,
                until: None,
                id: "r1".into(),
                v: BTreeMap::from([(Field::Glucose, 20.0)]),
                flags: vec!["test".into()],
                comparator: Some("<".into()),
            }],
        }
    }

    #[test]
    fn a_series_is_the_json_that_the_page_script_reads() {
        let series = low();
        insta::assert_snapshot!(series.in_page(), @r#"{"kind":"glucose","from":0,"to":86400000,"time_zone":"America/New_York","unit":"mg/dL","bands":[{"field":"glucose","low":70.0}],"mean":{"glucose":112.5},"points":[{"t":1000,"id":"r1","v":{"glucose":20.0},"flags":["test"],"comparator":"\u003c"}]}"#);
    }

    #[test]
    fn nothing_in_a_series_ends_the_element_that_it_stands_in() {
        let mut series = low();
        series.unit = "</script><b>".into();
        let text = series.in_page();
        assert!(!text.contains('<'), "{text}");
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            (&read["unit"], &read["points"][0]["comparator"]),
            (&"</script><b>".into(), &"<".into())
        );
    }
}
