//! The life of a device or a hub, told from the periods in which somebody had it.

use chrono::{DateTime, TimeDelta, Utc};
use web_templates::{Link, TimelineEntry, Tone, When};

use crate::ground::enums::MoveReason;
use crate::http::State;
use crate::http::portal::visitor::Visitor;
use crate::registry::moves::HeldPeriod;
use crate::tenancy::Right;

/// What is written down this much later than it counts is said to be.
const LATER: TimeDelta = TimeDelta::minutes(5);

/// The entries, newest first.
pub(in crate::http::portal) fn entries(
    state: &State,
    visitor: &Visitor,
    periods: &[HeldPeriod],
) -> Vec<TimelineEntry> {
    let now = state.ground().now();
    periods.iter().map(|period| entry(visitor, period, now)).collect()
}

fn entry(visitor: &Visitor, period: &HeldPeriod, now: DateTime<Utc>) -> TimelineEntry {
    let zone = visitor.zone();
    let subject = whom(visitor, period);
    let day = |at: DateTime<Utc>| at.with_timezone(&zone).format("%b %-d, %Y").to_string();
    let late =
        (period.written_at - period.from > LATER).then(|| format!("entered on {}", day(period.written_at)));
    let until = period.until.map(|until| format!("until {}", day(until)));
    let detail: Vec<String> = period.note.clone().into_iter().chain(until).chain(late).collect();
    let mut title = words(period.reason, subject.is_some()).to_owned();
    if subject.is_none() && period.customer.is_none() && period.reason != MoveReason::Retired {
        title.push_str(if visitor.can(Right::ManageStock) {
            " the platform's stock"
        } else {
            " stock"
        });
    }
    TimelineEntry {
        title,
        subject,
        detail: detail.join(" · "),
        who: period.begun_by.clone().unwrap_or_default(),
        at: When::clock(period.from, now, &zone),
        tone: if period.until.is_none() {
            Tone::Ok
        } else {
            Tone::Quiet
        },
    }
}

/// What the move was; where it has somebody, a word before their name.
fn words(reason: MoveReason, has_somebody: bool) -> &'static str {
    match reason {
        MoveReason::Added => "Added to",
        MoveReason::Allocated => "Allocated to",
        MoveReason::Placed => "Placed with",
        MoveReason::Moved => "Moved to",
        MoveReason::Returned => "Returned to",
        MoveReason::Recalled => "Recalled to",
        MoveReason::Replaced => "Took another's place at",
        MoveReason::Retired if has_somebody => "Retired, last had by",
        MoveReason::Retired => "Retired",
    }
}

fn whom(visitor: &Visitor, period: &HeldPeriod) -> Option<Link> {
    if let (Some(id), Some(name)) = (period.customer, &period.customer_name) {
        return Some(Link::to(name, format!("/customers/{id}")));
    }
    let (id, name) = (period.distributor?, period.distributor_name.as_ref()?);
    Some(if visitor.can(Right::SeeDistributors) {
        Link::to(name, format!("/distributors/{id}"))
    } else {
        Link::plain(name)
    })
}
