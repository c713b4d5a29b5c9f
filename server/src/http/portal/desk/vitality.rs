//! How a device or a hub was day by day, what of it came late, and a hub's last heartbeats, as the page of trouble shows
//! them. Times and counts, no values.

use chrono::{DateTime, NaiveDate, TimeDelta, TimeZone, Utc};
use web_templates::text::{counted, span};
use web_templates::{BeatRow, DayBar, DayChart, LateRow, Link, When};

use crate::desk::trouble::{Day, Trouble, Way};
use crate::registry::overview::{LOW_BATTERY, WEAK_SIGNAL};

/// A hub comes every minute; after so long without a heartbeat a person should look.
const GAP: TimeDelta = TimeDelta::minutes(5);
/// Between these a signal is drawn, dBm.
const FAINT: i16 = -130;
const STRONG: i16 = -40;

/// The charts of a device: battery, signal and readings; of a hub: heartbeats, what waited in it, and readings.
pub(super) fn charts(known: &Trouble) -> Vec<DayChart> {
    let of_device = known.device.is_some();
    if of_device {
        vec![battery(&known.days), signal(&known.days), readings(&known.days)]
    } else {
        vec![
            heartbeats(&known.days),
            waiting(&known.days),
            readings(&known.days),
        ]
    }
}

fn battery(days: &[Day]) -> DayChart {
    let bar = |day: &Day| {
        day.battery.map(|(lowest, last)| Bar {
            text: if lowest == last {
                format!("{last} %")
            } else {
                format!("{lowest} to {last} %")
            },
            height: f64::from(lowest) / 100.0,
            warn: lowest <= LOW_BATTERY,
        })
    };
    let limit = Some(f64::from(LOW_BATTERY) / 100.0);
    chart("Battery", "it told no charge", days, bar, limit)
}

fn signal(days: &[Day]) -> DayChart {
    let height = |dbm: i16| f64::from(dbm - FAINT) / f64::from(STRONG - FAINT);
    let bar = |day: &Day| {
        day.signal.map(|(weakest, last)| Bar {
            text: if weakest == last {
                format!("{} dBm", signed(last))
            } else {
                format!("{} to {} dBm", signed(weakest), signed(last))
            },
            height: height(weakest.max(FAINT)),
            warn: weakest <= WEAK_SIGNAL,
        })
    };
    chart(
        "Signal",
        "it told no signal",
        days,
        bar,
        Some(height(WEAK_SIGNAL)),
    )
}

/// A number as it is printed, with a minus and no hyphen.
fn signed(dbm: i16) -> String {
    let sign = if dbm < 0 { "−" } else { "" };
    format!("{sign}{}", dbm.unsigned_abs())
}

fn readings(days: &[Day]) -> DayChart {
    let most = days.iter().map(|day| day.readings).max().unwrap_or(0);
    let bar = |day: &Day| {
        (day.readings > 0).then(|| Bar {
            text: counted(day.readings.unsigned_abs(), "reading", "readings"),
            height: share(day.readings, most),
            warn: false,
        })
    };
    chart("Readings", "there were none", days, bar, None)
}

fn heartbeats(days: &[Day]) -> DayChart {
    let most = days.iter().map(|day| day.heartbeats).max().unwrap_or(0);
    let bar = |day: &Day| {
        (day.heartbeats > 0).then(|| {
            let gap = day.longest_gap.filter(|gap| *gap >= GAP);
            let heard = counted(
                u64::from(day.heartbeats.unsigned_abs()),
                "heartbeat",
                "heartbeats",
            );
            Bar {
                text: match gap {
                    Some(gap) => format!("{heard}, once none for {}", span(gap)),
                    None => heard,
                },
                height: share(i64::from(day.heartbeats), i64::from(most)),
                warn: gap.is_some(),
            }
        })
    };
    chart("Heartbeats", "there were none", days, bar, None)
}

fn waiting(days: &[Day]) -> DayChart {
    let most = days.iter().filter_map(|day| day.queued_max).max().unwrap_or(0);
    let bar = |day: &Day| {
        day.queued_max.map(|queued| Bar {
            text: format!("{queued} at most"),
            height: share(queued, most),
            warn: false,
        })
    };
    chart("Waiting in it", "it told nothing", days, bar, None)
}

/// What is told of one day.
struct Bar {
    text: String,
    height: f64,
    warn: bool,
}

#[expect(clippy::cast_precision_loss, reason = "it is a height in a small picture")]
fn share(count: i64, most: i64) -> f64 {
    if most > 0 { count as f64 / most as f64 } else { 0.0 }
}

fn chart(
    title: &str,
    nothing: &str,
    days: &[Day],
    bar: impl Fn(&Day) -> Option<Bar>,
    limit: Option<f64>,
) -> DayChart {
    let days: Vec<DayBar> = days
        .iter()
        .map(|day| {
            let name = name(day.date);
            let bar = bar(day);
            DayBar {
                day: name,
                text: bar.as_ref().map(|bar| bar.text.clone()).unwrap_or_default(),
                height: bar.as_ref().map(|bar| bar.height),
                warn: bar.is_some_and(|bar| bar.warn),
            }
        })
        .collect();
    let last = days.iter().rev().find(|day| day.height.is_some());
    let latest = last.map(|day| format!("{} on {}", day.text, day.day));
    let empty = days.iter().filter(|day| day.height.is_none()).count();
    let warned = days.iter().filter(|day| day.warn).count();
    let mut summary = match &latest {
        Some(latest) => format!("{latest}; nothing on {empty} of {} days", days.len()),
        None => format!("{nothing} in {} days", days.len()),
    };
    if warned > 0 {
        summary.push_str("; of note on ");
        summary.push_str(&counted(warned as u64, "day", "days"));
    }
    DayChart {
        title: title.to_owned(),
        latest: latest.unwrap_or_else(|| nothing.to_owned()),
        summary,
        days,
        limit,
    }
}

/// A day as it is named: `Nov 22`.
fn name(day: NaiveDate) -> String {
    day.format("%b %-d").to_string()
}

/// What came late.
pub(super) fn late<Z: TimeZone>(known: &Trouble, now: DateTime<Utc>, zone: &Z) -> Vec<LateRow>
where
    Z::Offset: std::fmt::Display,
{
    let row = |late: &crate::desk::trouble::Late| LateRow {
        arrived: When::clock(late.received_at, now, zone),
        measured: late.measured_at.map(|at| When::clock(at, now, zone)),
        late_by: late
            .measured_at
            .map(|at| span(late.received_at - at))
            .unwrap_or_default(),
        way: match &late.way {
            Way::Hub(hub, name) => Link::to(name, format!("/hubs/{hub}")),
            Way::OtherHub => Link::plain("through a hub of another site"),
            Way::Itself => Link::plain("by itself"),
        },
    };
    known.late_ones.iter().map(row).collect()
}

/// The last heartbeats.
pub(super) fn beats<Z: TimeZone>(known: &Trouble, now: DateTime<Utc>, zone: &Z) -> Vec<BeatRow>
where
    Z::Offset: std::fmt::Display,
{
    let row = |(index, beat): (usize, &crate::registry::vitality::Beat)| {
        let before = known.beats.get(index + 1);
        let after = before.map(|before| beat.at - before.at);
        let up_for = TimeDelta::try_seconds(beat.uptime_seconds).unwrap_or_default();
        BeatRow {
            at: When::clock(beat.at, now, zone),
            after: after.map(span).unwrap_or_default(),
            is_gap: after.is_some_and(|after| after >= GAP),
            version: beat.version.clone().unwrap_or_else(|| "–".to_owned()),
            up_for: span(up_for),
            restarted: before.is_some_and(|before| beat.uptime_seconds < before.uptime_seconds),
            waiting: beat.queued.unsigned_abs(),
        }
    };
    known.beats.iter().enumerate().map(row).collect()
}
