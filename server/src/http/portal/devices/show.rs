//! `GET /devices/{id}`: one device's readings.

use std::collections::BTreeSet;

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Deserialize;
use vitals::{Field, Kind, Units};
use web_templates::pages::device::KindChoice;
use web_templates::{DevicePage, DeviceVia, Icon, Pager, Range, ReadingRow};

use super::chart::{self, Drawn, since};
use super::line::{self, Line};
use super::parts::{battery, kind, model, state as device_state, via};
use super::{about, cells, reference, tiles};
use crate::ground::ids::{DeviceId, HubId};
use crate::history::store::page::{self, Before, Shown};
use crate::history::store::series::{self, Measured, fields};
use crate::history::store::summary::{self, Week};
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::list::{ROWS, chosen, cursor, pager};
use crate::http::portal::page::html;
use crate::http::portal::said::SaidQuery;
use crate::http::portal::visitor::Visitor;
use crate::registry::devices::Device;
use crate::registry::given_back::{self, Had};
use crate::registry::overview::{self, Counts};
use crate::tenancy::{Right, Scope as _};

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    range: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    after: String,
}

impl Asked {
    fn range(&self) -> Range {
        if self.range == Range::Day.as_str() {
            Range::Day
        } else {
            Range::Week
        }
    }
}

/// What the page is made of.
struct Found {
    device: Device,
    hub: Option<(HubId, String)>,
    counts: Counts,
    kind: Kind,
    /// What it measured this week.
    measured: Measured,
    days: usize,
    /// The last reading of the kind, of the range or before it.
    last: Option<Shown>,
    rows: Vec<Shown>,
    line: Line,
    /// Since when it is the customer's no more.
    given_back: Option<DateTime<Utc>>,
}

/// The page of a device and of one kind that it measures; without values for who may not see them.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    request: HttpRequest,
    id: web::Path<DeviceId>,
    asked: web::Query<Asked>,
    said: web::Query<SaidQuery>,
) -> Result<HttpResponse, PageError> {
    if !visitor.can(Right::SeeMeasurements) {
        return about::answer(&state, &visitor, &request, *id, &said).await;
    }
    let before: Option<Before> = cursor(&asked.after)?.map(|(measured_at, id)| Before { measured_at, id });
    let found = find(&state, &visitor, *id, &asked, before).await?;
    // Who only fetches the figures anew after a reading has drawn that one already.
    let is_drawn = request.headers().contains_key("hx-request");
    html(&page(&state, &visitor, (&asked, is_drawn), found))
}

async fn find(
    state: &State,
    visitor: &Visitor,
    id: DeviceId,
    asked: &Asked,
    before: Option<Before>,
) -> Result<Found, PageError> {
    let (now, zone) = (state.ground().now(), visitor.zone());
    let begins = since(asked.range(), now, zone);
    let scope = visitor.reader()?;
    let line = line::of(state, scope, id).await?;
    let all = &line.devices;
    let Had { device, until } = given_back::had(state.database(), scope, id).await?;
    let kind = kind(&device, chosen(&asked.kind));
    let (hub, counts, measured, days, last, rows) = scope
        .run(state.database(), async |tx| {
            let hub = overview::last_hubs(tx, &[id]).await?.remove(&id);
            let counts = overview::counts(tx, now).await?;
            let measured = series::measured(tx, all, kind, since(Range::Week, now, zone)).await?;
            let days = summary::days_with_data(tx, all, now, &zone).await?;
            let rows = page::newest(tx, all, kind, Some(begins), before, ROWS + 1).await?;
            let last = match rows.first() {
                Some(first) if before.is_none() => Some(first.clone()),
                _ => page::newest(tx, all, kind, None, None, 1).await?.pop(),
            };
            Ok::<_, PageError>((hub, counts, measured, days, last, rows))
        })
        .await?;
    Ok(Found {
        device,
        hub,
        counts,
        kind,
        measured,
        days,
        last,
        rows,
        line,
        given_back: until,
    })
}

fn page(state: &State, visitor: &Visitor, (asked, is_drawn): (&Asked, bool), found: Found) -> DevicePage {
    let (now, zone, units) = (state.ground().now(), visitor.zone(), visitor.person().units);
    let Found {
        device,
        hub,
        counts,
        kind,
        measured,
        days,
        last,
        mut rows,
        line,
        given_back,
    } = found;
    let Measured { points, kinds } = measured;
    let week = Week::of(&points, kind, &now.with_timezone(&zone));
    let is_first = asked.after.is_empty();
    let more = rows.len() > usize::from(ROWS);
    rows.truncate(usize::from(ROWS));
    let next = rows
        .last()
        .filter(|_| more)
        .map(|last| (last.measured_at, last.id));
    let mut shown: Vec<ReadingRow> = rows.iter().map(|row| cells::row(row, now, zone, units)).collect();
    line.mark(&rows, &mut shown);
    let path = format!("/devices/{}", device.id);
    let pairs = [("range", asked.range.as_str()), ("kind", asked.kind.as_str())];
    let pager = match (rows.is_empty(), is_first) {
        (true, true) => Pager::default(),
        _ => pager(
            &path,
            &pairs,
            &asked.after,
            next.as_ref(),
            said_below(kind, asked.range()),
        ),
    };
    let drawn = Drawn {
        of: (kind, units),
        range: asked.range(),
        points,
        week: &week,
    };
    let chart = (!is_drawn).then(|| chart::series(drawn, now, zone));
    let mut frame = frame(state, visitor, Place::Devices, kind.label(), &counts);
    frame.crumbs = vec![crumb("Devices", "/devices")];
    frame.live = is_first && given_back.is_none();
    DevicePage {
        frame,
        id: device.id.to_string(),
        kind,
        kinds: choices(&device, &kinds, kind),
        state: device_state(&device, now),
        model: model(&device),
        serial: device.serial.clone(),
        reference: device.customer_reference.clone(),
        via: through(&device, hub),
        battery: battery(&device),
        stats: tiles::tiles(last.as_ref(), &week, days, (kind, units), (now, zone)),
        range: asked.range(),
        summary: summary_text(&week, asked.range(), kind, units),
        chart,
        units,
        rows: shown,
        line: given_back
            .map(|at| said_of_return(at, zone))
            .into_iter()
            .chain(line.sentences(zone))
            .collect(),
        pager,
        is_over: given_back.is_some(),
        about: given_back.is_none().then(|| format!("{path}/about")),
    }
}

/// Why a device that is the customer's no more is still shown.
fn said_of_return(at: DateTime<Utc>, zone: Tz) -> String {
    let at = at.with_timezone(&zone).format("%b %-d, %Y, %H:%M");
    format!("It stopped being yours on {at}. The readings of your time stay yours; each is shown for 7 days.")
}

/// What stands below the table: of what time it is, and what the ranges are not.
fn said_below(kind: Kind, range: Range) -> String {
    let of = match range {
        Range::Day => "Table, chart and file are of the last 24 hours, the figures of the last 7 days.",
        Range::Week => "Table, chart, file and figures are of the last 7 days.",
    };
    if reference::ranges(kind).is_empty() {
        return of.to_owned();
    }
    format!("{of} Ranges are general references for adults, not a diagnosis.")
}

/// The other kinds that the device measures, or did this week: nothing that it sent stays out of sight.
fn choices(device: &Device, kinds: &BTreeSet<Kind>, shown: Kind) -> Vec<KindChoice> {
    let mut all = measured(device, kinds);
    if !all.contains(&shown) {
        all.push(shown);
        all.sort();
    }
    if all.len() < 2 {
        return Vec::new();
    }
    all.into_iter()
        .map(|kind| KindChoice {
            kind,
            selected: kind == shown,
        })
        .collect()
}

/// The kinds that the device measures, or did this week, in their order.
pub(super) fn measured(device: &Device, kinds: &BTreeSet<Kind>) -> Vec<Kind> {
    let is_there = |kind: &Kind| device.kinds.contains(kind) || kinds.contains(kind);
    Kind::ALL.iter().copied().filter(is_there).collect()
}

/// Through what the device sends: the hub that it was last heard through, or its own line.
fn through(device: &Device, hub: Option<(HubId, String)>) -> DeviceVia {
    let (icon, text) = via(device);
    match hub {
        Some((id, name)) => DeviceVia {
            icon: Icon::Bluetooth,
            text: "through hub".to_owned(),
            name: Some(name),
            href: Some(format!("/hubs/{id}")),
        },
        None => DeviceVia {
            icon,
            text: text.to_owned(),
            name: None,
            href: None,
        },
    }
}

/// The chart in words.
fn summary_text(week: &Week, range: Range, kind: Kind, units: Units) -> String {
    if range == Range::Day {
        return format!(
            "{} in the last 24 hours; the same values are in the table",
            kind.label()
        );
    }
    if week.count() == 0 {
        return format!("No readings of {} in 7 days", kind.label());
    }
    let count = web_templates::text::counted(week.count().unsigned_abs(), "reading", "readings");
    let field = fields(kind).first().copied();
    let mean = match week.mean() {
        None => String::new(),
        Some(mean) if !tiles::is_enough(kind, mean.of) => String::new(),
        Some(mean) if kind == Kind::BloodPressure => format!(
            ", mean {} over {} {}",
            tiles::shown(field, mean.first, units),
            tiles::shown(Some(Field::Diastolic), mean.second, units),
            units.unit(Field::Systolic)
        ),
        Some(mean) => format!(
            ", mean {} {}",
            tiles::shown(field, mean.first, units),
            field.map_or(kind.unit(), |field| units.unit(field))
        ),
    };
    format!(
        "{count} of {} in 7 days{mean}; the same values are in the table",
        kind.label()
    )
}
