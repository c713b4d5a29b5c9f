//! `GET /devices/{id}/trouble` and `GET /hubs/{id}/trouble`: why did nothing arrive? For everybody who sees the device or
//! the hub, and without any value, also for a customer.

use std::fmt::Display;

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use web_templates::text::counted;
use web_templates::{
    Action, Check, Icon, Link, QuarantineRow, RefusalRow, Stat, TimelineEntry, Tone, TroublePage, Value, When,
};

use crate::desk::trouble::{self, Finding, Leads, Mark, Trouble};
use crate::ground::ids::{DeviceId, HubId};
use crate::history::store::summary::DAYS;
use crate::http::State;
use crate::http::portal::desk::vitality;
use crate::http::portal::devices::life;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::local::with_query;
use crate::http::portal::page::html;
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::registry::RegistryError;
use crate::registry::life::told;
use crate::registry::overview::{LOW_BATTERY, WEAK_SIGNAL};
use crate::tenancy::Right;

/// Leads there from the page of a device or a hub: `trouble_action("devices", id)`.
pub(in crate::http::portal) fn trouble_action(noun: &str, id: impl Display) -> Action {
    Action::go("Why did nothing arrive?", format!("/{noun}/{id}/trouble")).icon(Icon::Health)
}

/// Of a device.
pub(super) async fn of_device(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<DeviceId>,
) -> Result<HttpResponse, PageError> {
    let known = device(&state, &visitor, *id).await?;
    let serial = known.device.as_ref().map(|device| device.serial.clone());
    let subject = About {
        place: Place::Devices,
        crumb: ("Devices", "/devices"),
        link: Link::to(serial.unwrap_or_default(), format!("/devices/{id}")),
        ask: ("device", id.to_string()),
    };
    html(&page(&state, &visitor, &known, subject).await?)
}

/// Of a hub.
pub(super) async fn of_hub(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<HubId>,
) -> Result<HttpResponse, PageError> {
    let known = hub(&state, &visitor, *id).await?;
    let name = known.hub.as_ref().map(|hub| hub.name.clone());
    let subject = About {
        place: Place::Hubs,
        crumb: ("Hubs", "/hubs"),
        link: Link::to(name.unwrap_or_default(), format!("/hubs/{id}")),
        ask: ("hub", id.to_string()),
    };
    html(&page(&state, &visitor, &known, subject).await?)
}

pub(super) async fn device(state: &State, visitor: &Visitor, id: DeviceId) -> Result<Trouble, RegistryError> {
    let (ground, database) = (state.ground(), state.database());
    let mut known =
        in_scope!(visitor.caller(), scope => trouble::of_device(ground, database, scope, id).await)?;
    known.life = told(database, known.life).await?;
    Ok(known)
}

pub(super) async fn hub(state: &State, visitor: &Visitor, id: HubId) -> Result<Trouble, RegistryError> {
    let (ground, database) = (state.ground(), state.database());
    let mut known = in_scope!(visitor.caller(), scope => trouble::of_hub(ground, database, scope, id).await)?;
    known.life = told(database, known.life).await?;
    Ok(known)
}

/// Whether a device sent nothing in the last 7 days. Of a hub it is not counted.
fn nothing_came(known: &Trouble) -> bool {
    let week = known.days.iter().rev().take(DAYS);
    known.device.is_some() && week.map(|day| day.readings).sum::<i64>() == 0
}

/// What is asked about.
struct About {
    place: Place,
    crumb: (&'static str, &'static str),
    link: Link,
    /// How the form of a new case names it.
    ask: (&'static str, String),
}

async fn page(
    state: &State,
    visitor: &Visitor,
    known: &Trouble,
    about: About,
) -> Result<TroublePage, PageError> {
    let (now, zone) = (state.ground().now(), visitor.zone());
    let counts = visitor.counts(state).await?;
    let mut frame = frame(state, visitor, about.place, "Why did nothing arrive?", &counts);
    let href = about.link.href.clone().unwrap_or_default();
    frame.crumbs = vec![
        crumb(about.crumb.0, about.crumb.1),
        crumb(&about.link.text, &href),
    ];
    let (name, id) = &about.ask;
    let open = Action::go("Open a case", with_query("/cases/new", &[(name, id.as_str())]));
    let refusals = known.refusals.iter().map(|day| RefusalRow {
        at: When::clock(day.last_at, now, &zone),
        subject: about.link.text.clone(),
        reason: day.reason.replace('-', " "),
        count: day.count.unsigned_abs(),
    });
    let quarantine = known.quarantined.iter().map(|item| QuarantineRow {
        at: When::clock(item.last_at, now, &zone),
        reason: item.reason.as_str().replace('_', " "),
        detail: String::new(),
        device: None,
        via: None,
        customer: None,
        size: counted(item.count.unsigned_abs(), "item", "items"),
        id: None,
        dismissed: None,
    });
    let mut events = events(known, visitor, now);
    events.extend(life::entries(state, visitor, &known.life));
    Ok(TroublePage {
        frame,
        verdict: known.verdict.sentence.clone(),
        warn: !known.verdict.is_well,
        actions: visitor
            .can(Right::OpenCases)
            .then(|| open.icon(Icon::Cases).primary())
            .into_iter()
            .collect(),
        checks: checks(known),
        stats: stats(known),
        days: vitality::charts(known),
        late: vitality::late(known, now, &zone),
        nothing_came: nothing_came(known),
        beats: vitality::beats(known, now, &zone),
        refusals: refusals.collect(),
        quarantine: quarantine.collect(),
        events,
        subject: about.link,
    })
}

fn checks(known: &Trouble) -> Vec<Check> {
    let hub = known.hub.as_ref().filter(|_| known.device.is_some());
    let device = known.device.as_ref();
    let check = |finding: &Finding| Check {
        title: finding.title.to_owned(),
        detail: finding.words.clone(),
        tone: match finding.mark {
            Mark::Well => Tone::Ok,
            Mark::Look => Tone::Info,
            Mark::Wrong => Tone::Warn,
        },
        link: finding.leads.and_then(|leads| match leads {
            Leads::Hub => hub.map(|hub| Link::to(&hub.name, format!("/hubs/{}/trouble", hub.id))),
            Leads::Token => device.map(|device| {
                Link::to(
                    "Issue a token",
                    format!("/devices/{}/about#moves-title", device.id),
                )
            }),
        }),
    };
    known.verdict.findings.iter().map(check).collect()
}

fn stats(known: &Trouble) -> Vec<Stat> {
    let mut stats = Vec::new();
    if let Some(device) = &known.device {
        if let Some(percent) = device.battery_percent {
            let stat = Stat::new(
                "Battery",
                Value::new(percent.to_string(), "%"),
                "when it was last heard",
            );
            stats.push(stat.warn_if(percent <= LOW_BATTERY));
        }
        if let Some(dbm) = device.signal_dbm {
            let stat = Stat::new(
                "Signal",
                Value::new(dbm.to_string(), "dBm"),
                "when it was last heard",
            );
            stats.push(stat.warn_if(dbm <= WEAK_SIGNAL));
        }
    }
    let total: i64 = known.days.iter().map(|day| day.readings).sum();
    let with = known.days.iter().filter(|day| day.readings > 0).count();
    stats.push(Stat::new(
        "Readings, 30 days",
        Value::new(total.to_string(), ""),
        match with {
            0 => "on no day".to_owned(),
            with => format!("on {}", counted(with as u64, "day", "days")),
        },
    ));
    let late = Value::new(known.late.to_string(), "");
    stats.push(Stat::new(
        "Late, 7 days",
        late,
        "arrived more than an hour after they were measured",
    ));
    stats
}

/// The last heartbeat of its hub.
fn events(known: &Trouble, visitor: &Visitor, now: DateTime<Utc>) -> Vec<TimelineEntry> {
    let beat = known.hub.as_ref().and_then(|hub| {
        let at = hub.heartbeat_at?;
        let queued = hub.queued.map(|queued| {
            let waiting = counted(queued.unsigned_abs(), "reading waits", "readings wait");
            format!("{waiting} in it")
        });
        let up = hub.uptime_seconds.map(|seconds| {
            let span = chrono::TimeDelta::try_seconds(seconds).unwrap_or_default();
            format!("up for {}", web_templates::text::span(span))
        });
        Some(TimelineEntry {
            title: "Last heartbeat of".to_owned(),
            subject: Some(Link::to(&hub.name, format!("/hubs/{}", hub.id))),
            detail: queued.into_iter().chain(up).collect::<Vec<_>>().join(" · "),
            who: String::new(),
            at: When::clock(at, now, &visitor.zone()),
            tone: if hub.offline_since.is_some() {
                Tone::Warn
            } else {
                Tone::Ok
            },
        })
    });
    beat.into_iter().collect()
}
