//! Made-up pages, the same on every run: for the tests, for `examples/preview.rs`, and for whoever builds a page to look at.

mod admin;
mod endpoint;
pub mod people;
pub mod registry;
mod series;

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use vitals::{Field, Kind, Proof};

pub use admin::{admin, admin_quarantine, admin_refusals};
pub use endpoint::{endpoint, endpoint_first, endpoint_secret};
pub use series::{live_point, series};

use crate::actions::Action;
use crate::frame::{Crumb, Frame, NavItem, Search, Status, Theme};
use crate::icon::Icon;
use crate::pages::device::{DevicePage, DeviceVia, Range, columns};
use crate::pages::devices::{DeviceRow, DevicesPage};
use crate::pages::error::ErrorPage;
use crate::pages::login::LoginPage;
use crate::pages::reading::{
    Cell, Delivery, Note, ReadingPage, ReadingRow, TracePage, TraceStep, Way, WayCell,
};
use crate::parts::{Attention, Battery, Choice, Filter, Pager, Select, Signal, Stat, Tag, Tone, Value, When};
use crate::series::{Point, Series};
use crate::text;

/// The moment at which all samples are looked at.
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_211_100, 0).unwrap_or_default()
}

fn zone() -> FixedOffset {
    FixedOffset::west_opt(5 * 3_600).unwrap_or_else(|| chrono::Offset::fix(&Utc))
}

fn before(minutes: i64) -> When {
    When::ago(now() - TimeDelta::minutes(minutes), now(), &zone())
}

fn nav(entries: &[(&str, Icon, &str, &str, bool)], active: &str) -> Vec<NavItem> {
    entries
        .iter()
        .map(|(label, icon, href, count, hot)| NavItem {
            label: (*label).into(),
            icon: *icon,
            href: (*href).into(),
            active: *href == active,
            count: (!count.is_empty()).then(|| (*count).into()),
            hot: *hot,
        })
        .collect()
}

/// The frame of a clinic's page; `active` is the entry of the menu.
pub fn frame(title: &str, active: &str) -> Frame {
    Frame {
        title: title.into(),
        organisation: "Northside Clinic".into(),
        organisation_note: "Clinic · Eastern".into(),
        made: When::full(now(), &zone()),
        time_zone: "America/New_York".into(),
        initials: "NC".into(),
        user: "Rosa Keller".into(),
        user_initials: "RK".into(),
        nav: nav(
            &[
                ("Devices", Icon::Devices, "/devices", "231", false),
                ("Hubs", Icon::Hubs, "/hubs", "1", true),
                ("Your server", Icon::Endpoint, "/endpoint", "", false),
            ],
            active,
        ),
        crumbs: vec![],
        search: Some(Search {
            action: "/devices".into(),
            placeholder: "Serial, model or hub".into(),
        }),
        csrf: "csrf-token".into(),
        typed_key: "dHlwZWQta2V5".into(),
        flashes: vec![],
        theme: Theme::Auto,
        live: false,
        status: Some(Status {
            tone: Tone::Ok,
            text: "All systems working".into(),
        }),
    }
}

/// The page to sign in, after a wrong password.
pub fn login() -> LoginPage {
    LoginPage {
        email: "rosa.keller@northside.example".into(),
        error: Some("Email and password do not match. Try again.".into()),
        flashes: vec![],
        csrf: "csrf-token".into(),
        next: "/devices".into(),
        is_new: false,
        theme: Theme::Auto,
    }
}

/// A page of what is not there.
pub fn error() -> ErrorPage {
    ErrorPage::new(404, Some("01998c5e-7d1f".into()))
}

fn select(name: &str, label: &str, choices: &[(&str, &str)]) -> Select {
    Select {
        name: name.into(),
        label: label.into(),
        choices: choices
            .iter()
            .enumerate()
            .map(|(index, (value, label))| Choice {
                value: (*value).into(),
                label: (*label).into(),
                selected: index == 0,
            })
            .collect(),
    }
}

fn filter(action: &str, placeholder: &str, selects: Vec<Select>) -> Filter {
    Filter {
        action: action.into(),
        q: String::new(),
        placeholder: placeholder.into(),
        selects,
    }
}

/// The entries of a choice of kinds.
fn kinds() -> Select {
    let mut choices = vec![("", "All kinds")];
    choices.extend(Kind::ALL.iter().map(|kind| (kind.as_str(), kind.label())));
    select("kind", "Kind", &choices)
}

/// What a device of this kind is called, and its serial.
pub fn model(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::BloodPressure => ("Omron HEM-7142T1", "D000017"),
        Kind::Weight => ("A&D UC-352BLE", "D000231"),
        Kind::Glucose => ("Ascensia Contour Next One", "D000104"),
        Kind::Oximetry => ("Nonin 3230", "D000318"),
        Kind::Temperature => ("Kinsa QuickCare", "D000402"),
        Kind::HeartRate => ("Polar H10", "D000511"),
        Kind::Activity => ("Withings Move", "D000620"),
        Kind::Sleep => ("Withings Sleep Analyzer", "D000733"),
    }
}

fn headline(kind: Kind) -> Value {
    match kind {
        Kind::BloodPressure => Value::pair("131", "82", "mmHg"),
        Kind::Weight => Value::new("82.4", "kg"),
        Kind::Glucose => Value::new("HI", "mg/dL"),
        Kind::Oximetry => Value::new("96", "%"),
        Kind::Temperature => Value::new("36.8", "°C"),
        Kind::HeartRate => Value::new("71", "/min"),
        Kind::Activity => Value::new("4,218", "steps"),
        Kind::Sleep => Value::new("7 h 12", "min"),
    }
}

/// States that a list of devices is filtered by.
const STATES: [(&str, &str); 4] = [
    ("", "Every state"),
    ("active", "Active"),
    ("silent", "Silent"),
    ("inactive", "Inactive"),
];

/// A clinic's devices.
pub fn devices() -> DevicesPage {
    let rows = Kind::ALL.iter().enumerate().map(|(index, kind)| {
        let (model, serial) = model(*kind);
        let silent = matches!(kind, Kind::Weight | Kind::Temperature);
        let (via_icon, via) = match kind {
            Kind::Weight | Kind::Glucose => (Icon::Cellular, "cellular"),
            Kind::Activity | Kind::Sleep => (Icon::Cloud, "Withings cloud"),
            Kind::HeartRate => (Icon::Direct, "MQTT"),
            _ => (Icon::Bluetooth, "Ward 3 East"),
        };
        DeviceRow {
            id: format!("dev-{serial}"),
            kind: *kind,
            model: model.into(),
            serial: serial.into(),
            reference: (index % 2 == 0).then(|| format!("bed {}", index + 3)),
            opens: true,
            state: match (silent, kind) {
                (true, Kind::Temperature) => Tag::new("never heard", Tone::Warn),
                (true, _) => Tag::new("silent for 3 days", Tone::Warn),
                _ => Tag::new("active", Tone::Ok),
            },
            headline: (*kind != Kind::Temperature).then(|| headline(*kind)),
            out: *kind == Kind::Glucose,
            last: (*kind != Kind::Temperature).then(|| {
                before(if silent {
                    4_400
                } else {
                    [2, 9, 14, 31, 95, 1, 640, 210][index % 8]
                })
            }),
            signal: matches!(kind, Kind::Weight | Kind::Glucose | Kind::BloodPressure).then(|| Signal {
                bars: [3, 2, 4][index % 3],
                title: "−71 dBm".into(),
            }),
            via_icon,
            via: via.into(),
        }
    });
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by_key(|row| row.state.tone != Tone::Warn);
    DevicesPage {
        frame: frame("Devices", "/devices"),
        values: true,
        actions: vec![
            Action::go("Adopt a device", "/devices/adopt")
                .icon(Icon::Add)
                .primary(),
        ],
        attention: Attention::of(&[
            (2, "device is silent", "devices are silent"),
            (
                1,
                "last reading is outside its range",
                "last readings are outside their ranges",
            ),
        ]),
        stats: device_tiles(),
        filter: filter(
            "/devices",
            "Serial, model or hub",
            vec![kinds(), select("state", "State", &STATES)],
        ),
        rows,
        pager: Pager {
            text: "8 of 231 devices".into(),
            first: None,
            next: Some("/devices?after=D000733".into()),
        },
    }
}

/// A device's page with readings that match [`series`].
pub fn device(kind: Kind) -> DevicePage {
    let (model, serial) = model(kind);
    let series = series(kind);
    let mut frame = frame(kind.label(), "/devices");
    frame.live = true;
    frame.crumbs = vec![Crumb {
        label: "Devices".into(),
        href: Some("/devices".into()),
    }];
    let count = series.points.len() as u64;
    DevicePage {
        is_over: false,
        frame,
        id: format!("dev-{serial}"),
        kind,
        kinds: Vec::new(),
        state: Tag::new("active", Tone::Ok),
        model: model.into(),
        serial: serial.into(),
        reference: Some("bed 3".into()),
        via: DeviceVia {
            icon: Icon::Bluetooth,
            text: "through hub".into(),
            name: Some("Ward 3 East".into()),
            href: Some("/hubs".into()),
        },
        battery: Some(Battery {
            percent: 78,
            low: false,
        }),
        stats: vec![
            Stat::new("Last reading · 2 min ago", headline(kind), "through Ward 3 East"),
            mean(&series),
            Stat::new(
                "Readings in 7 days",
                Value::new(text::grouped(count), ""),
                "2 carry a note",
            ),
            Stat::new("Days with data", Value::new("7", "of 7"), "").with_percent(100),
        ],
        range: Range::Week,
        summary: format!(
            "{} of {count} readings in 7 days; the values stand in the table below",
            kind.label()
        ),
        line: vec![],
        units: vitals::Units::default(),
        rows: series
            .points
            .iter()
            .rev()
            .take(12)
            .enumerate()
            .map(|(index, point)| row(&series, point, index))
            .collect(),
        pager: Pager {
            text: format!("{} of {} readings", count.min(12), text::grouped(count)),
            first: None,
            next: Some(format!("/devices/dev-{serial}?after=c1")),
        },
        about: Some(format!("/devices/dev-{serial}/about")),
        chart: Some(series),
    }
}

fn mean(series: &Series) -> Stat {
    let figure = |field: Field| {
        series
            .mean
            .get(&field)
            .map_or_else(|| "–".to_owned(), |value| figure(field, *value))
    };
    if series.kind == Kind::BloodPressure {
        let value = Value::pair(figure(Field::Systolic), figure(Field::Diastolic), "mmHg");
        let note = "above 135/85 · of 24 readings on 6 days";
        return Stat::new("7-day mean · first day dropped", value, note).warn_if(true);
    }
    let field = series.kind.fields()[0];
    let value = Value::new(figure(field), series.unit.clone());
    Stat::new(
        "7-day mean · first day dropped",
        value,
        "of 24 readings on 6 days",
    )
}

fn figure(field: Field, value: f64) -> String {
    match field {
        Field::Weight | Field::Temperature | Field::Bmi | Field::BodyFat | Field::PerfusionIndex => {
            format!("{value:.1}")
        }
        _ => format!("{value:.0}"),
    }
}

/// A row of a table for a point of the series; the second is retried, the fifth carries a note.
pub fn row(series: &Series, point: &Point, index: usize) -> ReadingRow {
    let beyond = |field: Field, value: f64| {
        series
            .alarm
            .iter()
            .filter(|band| band.field == field)
            .any(|band| band.low.is_some_and(|low| value < low) || band.high.is_some_and(|high| value > high))
    };
    let mut notes: Vec<Note> = point.flags.iter().map(|flag| Note::flag(flag)).collect();
    let cells: Vec<Cell> = columns(series.kind)
        .into_iter()
        .enumerate()
        .map(
            |(column, field)| match (point.v.get(&field), point.comparator.as_deref()) {
                (Some(_), Some(sign)) if column == 0 => Cell {
                    text: if sign == ">" { "HI" } else { "LO" }.into(),
                    out: true,
                },
                (Some(value), _) => Cell {
                    text: figure(field, *value),
                    out: beyond(field, *value),
                },
                (None, _) => Cell::default(),
            },
        )
        .collect();
    if cells.iter().any(|cell| cell.out) {
        notes.push(Note {
            text: "outside range".into(),
            warn: true,
        });
    }
    let measured = DateTime::from_timestamp_millis(point.t).unwrap_or_default();
    ReadingRow {
        id: point.id.clone(),
        measured: When::clock(measured, now(), &zone()),
        cells,
        notes,
        way: WayCell {
            reading_id: point.id.clone(),
            way: Way {
                hub: true,
                delivery: match index {
                    1 => Delivery::Retrying {
                        next: When::ahead(now() + TimeDelta::minutes(4), now(), &zone()),
                    },
                    7 => Delivery::Failed,
                    _ => Delivery::Delivered {
                        ms: 38 + index as u64 * 7,
                    },
                },
            },
        },
        withdrawn: index == 9,
    }
}

/// The trace of a reading that needed two attempts.
pub fn trace() -> TracePage {
    let step = |name: &str, detail: &str, at: &str, after: &str, tone| TraceStep {
        name: name.into(),
        detail: detail.into(),
        at: at.into(),
        after: after.into(),
        tone,
    };
    TracePage {
        reading_id: "01998c5e-7d1f-7a34-9a51-0c2f0f6f3b11".into(),
        title: "Blood pressure".into(),
        value: Value::pair("157", "100", "mmHg"),
        device: "Omron HEM-7142T1 · D000017".into(),
        measured: "Nov 19, 2026, 17:26 EST".into(),
        notes: vec![Note::flag("irregular")],
        steps: vec![
            step(
                "Measured",
                "by the device's own clock",
                "17:26:03.000",
                "",
                Tone::Ok,
            ),
            step(
                "Hub received",
                "Ward 3 East, over Bluetooth",
                "17:26:04.118",
                "+1.1 s",
                Tone::Ok,
            ),
            step(
                "Accepted",
                "stored and acknowledged",
                "17:26:04.402",
                "+284 ms",
                Tone::Ok,
            ),
            step(
                "Event no. 48,213",
                "reading.created",
                "17:26:04.409",
                "+7 ms",
                Tone::Ok,
            ),
            step(
                "Attempt 1",
                "503 Service Unavailable in 212 ms",
                "17:26:04.630",
                "+221 ms",
                Tone::Warn,
            ),
            step("Attempt 2", "due in 4 min", "17:31:09", "", Tone::Info),
        ],
        proof: Proof::HubSigned,
        credential: "Ed25519 key of hub Ward 3 East".into(),
        jwt_kept: Some(true),
        sequence: Some(48_213),
        time_zone: "America/New_York".into(),
        withdrawn: false,
        in_dialog: true,
    }
}

/// The same as a page of its own.
pub fn reading() -> ReadingPage {
    let mut trace = trace();
    trace.in_dialog = false;
    ReadingPage {
        frame: frame("Way of a reading", "/devices"),
        device: Some("/devices/d17".into()),
        trace,
    }
}

fn device_tiles() -> Vec<Stat> {
    vec![
        Stat::new("Readings today", Value::new("1,204", ""), "58 in the last hour"),
        Stat::new("Devices heard today", Value::new("219", "of 231"), "").with_percent(95),
        Stat::new("Silent", Value::new("2", "devices"), "the longest for 3 days").warn_if(true),
        Stat::new("Last readings outside their ranges", Value::new("1", ""), "").warn_if(true),
    ]
}
