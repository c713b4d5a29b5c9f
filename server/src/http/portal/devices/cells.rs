//! A reading as a row of the table and as a point of the chart.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use vitals::{Kind, Quality, Units, Vital};
use web_templates::pages::device::columns;
use web_templates::series::Point;
use web_templates::{Cell, Delivery, Note, ReadingRow, Way, WayCell, When};

use super::parts::number;
use super::reference::{Side, range, side};
use crate::history::store::page::{self, Shown};
use crate::history::store::series;

/// The row of a reading.
pub(super) fn row(reading: &Shown, now: DateTime<Utc>, zone: Tz, units: Units) -> ReadingRow {
    let kind = reading.vital.kind();
    let cell = |field| {
        let Some(quantity) = reading.vital.get(field) else {
            return Cell::default();
        };
        let out = range(kind, field).is_some_and(|range| range.side(quantity).is_some());
        Cell {
            text: number(units, field, quantity),
            out,
        }
    };
    ReadingRow {
        id: reading.id.to_string(),
        measured: When::clock(reading.measured_at, now, &zone),
        cells: columns(kind).into_iter().map(cell).collect(),
        notes: notes(&reading.vital, reading.quality, reading.in_error),
        way: way(reading, now, zone),
        withdrawn: reading.in_error,
    }
}

/// What is to be said about a reading.
pub(in crate::http::portal) fn notes(vital: &Vital, quality: Quality, in_error: bool) -> Vec<Note> {
    let outside = match side(vital).filter(|_| !in_error) {
        Some(Side::Above) => Some("above range"),
        Some(Side::Below) => Some("below range"),
        None => None,
    };
    let outside = outside.map(|text| Note {
        text: text.to_owned(),
        warn: true,
    });
    outside
        .into_iter()
        .chain(quality.names().map(Note::flag))
        .chain(words(vital))
        .collect()
}

/// The coded words beside the numbers: before a meal, in the ear.
fn words(vital: &Vital) -> impl Iterator<Item = Note> {
    let told = vital
        .fields()
        .filter(|field| matches!(field.name, "meal" | "sample" | "site"));
    told.filter(|field| field.text != "unknown").map(|field| Note {
        text: format!("{}: {}", field.label.to_lowercase(), field.text),
        warn: false,
    })
}

/// The last two cells of a row.
pub(super) fn way(reading: &Shown, now: DateTime<Utc>, zone: Tz) -> WayCell {
    let delivery = match reading.forwarded.map(|forwarded| forwarded.state) {
        Some(page::Delivery::Waiting(Some(next))) if next > now => Delivery::Retrying {
            next: When::ahead(next, now, &zone),
        },
        None | Some(page::Delivery::Waiting(_)) => Delivery::Waiting,
        Some(page::Delivery::NoEndpoint) => Delivery::NoEndpoint,
        Some(page::Delivery::Dead) => Delivery::Failed,
        Some(page::Delivery::Delivered(after)) => Delivery::Delivered {
            ms: after.num_milliseconds().max(0).unsigned_abs(),
        },
    };
    WayCell {
        reading_id: reading.id.to_string(),
        way: Way {
            hub: reading.hub.is_some(),
            delivery,
        },
    }
}

/// The point of a reading that a live page adds.
pub(super) fn live_point(reading: &Shown, units: Units) -> Point {
    let values = series::fields(reading.vital.kind()).iter();
    let values =
        values.filter_map(|field| Some((*field, units.convert(*field, reading.vital.get(*field)?.to_f64()))));
    let main = series::fields(reading.vital.kind()).first();
    let comparator = main.and_then(|field| reading.vital.get(*field)?.comparator());
    let period = reading
        .vital
        .period()
        .map(|period| (period.from.ms(), period.to.ms()));
    let measured = reading.measured_at.timestamp_millis();
    Point {
        t: period.map_or(measured, |(from, _)| from),
        until: period.map(|(_, to)| to),
        id: reading.id.to_string(),
        v: values.collect(),
        flags: reading.quality.names().map(str::to_owned).collect(),
        comparator: comparator.map(|comparator| comparator.as_str().to_owned()),
    }
}

/// A point of the series.
pub(super) fn point(kind: Kind, point: &series::Point, units: Units) -> Point {
    let values = series::fields(kind)
        .iter()
        .zip(point.values)
        .filter(|(_, value)| value.is_finite());
    let v: BTreeMap<_, _> = values
        .map(|(field, value)| (*field, units.convert(*field, value)))
        .collect();
    Point {
        t: point.period.map_or(point.at, |(from, _)| from).timestamp_millis(),
        until: point.period.map(|(_, to)| to.timestamp_millis()),
        id: point.id.to_string(),
        v,
        flags: point.quality.names().map(str::to_owned).collect(),
        comparator: point.comparator.map(String::from),
    }
}
