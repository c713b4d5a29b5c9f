//! `GET /devices/{id}/series.json`: the points of the chart.

use std::collections::BTreeMap;

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Duration, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::Deserialize;
use vitals::{Field, Kind, Units};
use web_templates::Range;
use web_templates::series::{Band, Scale, Series};

use super::cells;
use super::line;
use super::parts::kind;
use super::reference::{Range as Limits, range as limits, ranges};
use super::tiles::is_enough;
use crate::ground::ids::DeviceId;
use crate::ground::midnight;
use crate::history::store::series::{self, Point, fields, thin};
use crate::history::store::summary::DAYS;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::visitor::Visitor;
use crate::registry::given_back;
use crate::tenancy::Scope as _;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    range: String,
}

/// The points of the kind that the device's page shows by itself.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<DeviceId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    answer(&state, &visitor, *id, None, &asked).await
}

/// The points of one kind.
pub(super) async fn get_kind(
    state: web::Data<State>,
    visitor: Visitor,
    path: web::Path<(DeviceId, Kind)>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    answer(&state, &visitor, path.0, Some(path.1), &asked).await
}

/// The readings of a day or of the week, with the bands behind them.
async fn answer(
    state: &State,
    visitor: &Visitor,
    id: DeviceId,
    asked_kind: Option<Kind>,
    asked: &Asked,
) -> Result<HttpResponse, PageError> {
    let (now, zone) = (state.ground().now(), visitor.zone());
    let range = if asked.range == Range::Day.as_str() {
        Range::Day
    } else {
        Range::Week
    };
    let since = since(range, now, zone);
    let scope = visitor.reader()?;
    let line = line::of(state, scope, id).await?;
    let had = given_back::had(state.database(), scope, id).await?;
    let kind = kind(&had.device, asked_kind);
    let points = scope
        .run(state.database(), async |tx| {
            series::points(tx, &line.devices, kind, since).await
        })
        .await?;
    let mean = match range {
        // A day of home readings has no mean that anything is held against.
        Range::Day => BTreeMap::new(),
        Range::Week => series::mean(&points, kind, &now.with_timezone(&zone))
            .filter(|(_, of)| is_enough(kind, *of))
            .map_or_else(BTreeMap::new, |(mean, _)| mean),
    };
    let series = series_of(
        (kind, visitor.person().units),
        (since, now),
        zone.name(),
        mean,
        points,
    );
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(series))
}

/// When a range begins: a day is the last 24 hours, a week begins with its first midnight.
pub(super) fn since(range: Range, now: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    match range {
        Range::Day => now - TimeDelta::hours(24),
        Range::Week => {
            let back = i64::try_from(DAYS).unwrap_or(1) - 1;
            midnight(
                now.with_timezone(&zone).date_naive() - Duration::days(back),
                &zone,
            )
        }
    }
}

fn series_of(
    (kind, units): (Kind, Units),
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    time_zone: &str,
    mean: BTreeMap<Field, f64>,
    points: Vec<Point>,
) -> Series {
    let drawn = |limit: &&Limits| fields(kind).contains(&limit.field) && limit.field != Field::Pulse;
    let band = |limit: &Limits| {
        let (low, high) = limit.target()?;
        Some(Band {
            field: limit.field,
            low: Some(units.convert(limit.field, low)),
            high: Some(units.convert(limit.field, high)),
        })
    };
    let alarm = |limit: &Limits| Band {
        field: limit.field,
        low: limit.low().map(|low| units.convert(limit.field, low)),
        high: limit.high().map(|high| units.convert(limit.field, high)),
    };
    let outside = |point: &Point| {
        let values = fields(kind)
            .iter()
            .zip(point.values)
            .filter(|(_, value)| value.is_finite());
        values
            .into_iter()
            .any(|(field, value)| limits(kind, *field).is_some_and(|limit| limit.is_outside(value)))
    };
    Series {
        kind,
        from: from.timestamp_millis(),
        to: to.timestamp_millis(),
        time_zone: time_zone.to_owned(),
        unit: units.unit(kind.fields()[0]).to_owned(),
        shown: units
            .scale(kind.fields()[0])
            .map(|(factor, add)| Scale { factor, add }),
        bands: ranges(kind).iter().filter(drawn).filter_map(band).collect(),
        alarm: ranges(kind).iter().filter(drawn).map(alarm).collect(),
        mean: mean
            .into_iter()
            .map(|(field, mean)| (field, units.convert(field, mean)))
            .collect(),
        points: thin(points, outside)
            .iter()
            .map(|point| cells::point(kind, point, units))
            .collect(),
    }
}
