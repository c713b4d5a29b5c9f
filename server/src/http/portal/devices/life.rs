//! The life of a device or a hub: who had it, who changed its state, what took its place.

use chrono::{DateTime, TimeDelta, Utc};
use web_templates::{Link, TimelineEntry, Tone, When};

use crate::ground::enums::{MoveReason, ThingState};
use crate::ground::ids::DeviceId;
use crate::http::State;
use crate::http::portal::visitor::Visitor;
use crate::registry::life::{Life, Successor};
use crate::registry::moves::HeldPeriod;
use crate::registry::states::Change;
use crate::tenancy::Right;

/// What is written down this much later than it counts is said to be.
pub(in crate::http::portal) const LATER: TimeDelta = TimeDelta::minutes(5);

/// The entries, newest first.
pub(in crate::http::portal) fn entries(state: &State, visitor: &Visitor, life: &Life) -> Vec<TimelineEntry> {
    let now = state.ground().now();
    // Who took it back did so from the customer of the period before.
    let before = life.periods.iter().skip(1).map(Some).chain([None]);
    let periods = life.periods.iter().zip(before).map(|(held, before)| {
        let customer = held.customer_name.as_ref();
        let customer = customer.or_else(|| before?.customer_name.as_ref());
        let who = held.begun_by.who(customer.map(String::as_str));
        (held.from, period(visitor, held, who, now))
    });
    // That it was replaced is said with what took its place.
    let is_said = |made: &Change| {
        made.became == ThingState::Replaced && life.successors.iter().any(|next| next.at == made.at)
    };
    let changes = life
        .changes
        .iter()
        .filter(|made| !is_said(made))
        .map(|made| (made.at, change(visitor, made, now)));
    let successors = life
        .successors
        .iter()
        .map(|next| (next.at, successor(visitor, next, now)));
    let mut entries: Vec<_> = changes.chain(successors).chain(periods).collect();
    // What happened at once stays in the order above: a period begins, and in it something is done.
    entries.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    entries.into_iter().map(|(_, entry)| entry).collect()
}

fn period(visitor: &Visitor, period: &HeldPeriod, who: String, now: DateTime<Utc>) -> TimelineEntry {
    let zone = visitor.zone();
    let subject = whom(visitor, period);
    let day = |at: DateTime<Utc>| at.with_timezone(&zone).format("%b %-d, %Y").to_string();
    let late =
        (period.written_at - period.from > LATER).then(|| format!("entered on {}", day(period.written_at)));
    let until = period.until.map(|until| format!("until {}", day(until)));
    // Whose place it took is what it is about; who has it since stands in the words then.
    let replaced = period.replaces.filter(|_| period.reason == MoveReason::Replaced);
    let (title, subject, at_whom) = match replaced {
        Some(old) => (
            "Took the place of".to_owned(),
            Some(other(old, period.replaces_serial.as_deref())),
            period.customer_name.as_ref().map(|name| format!("at {name}")),
        ),
        None => (began(visitor, period, subject.is_some()), subject, None),
    };
    let detail: Vec<String> = at_whom
        .into_iter()
        .chain(period.note.clone())
        .chain(until)
        .chain(late)
        .collect();
    TimelineEntry {
        title,
        subject,
        detail: detail.join(" · "),
        who,
        at: When::clock(period.from, now, &zone),
        tone: if period.until.is_none() {
            Tone::Ok
        } else {
            Tone::Quiet
        },
    }
}

/// Another device, with its page where the visitor sees it.
fn other(device: DeviceId, serial: Option<&str>) -> Link {
    serial.map_or_else(
        || Link::plain("another device"),
        |serial| Link::to(serial, format!("/devices/{device}/about")),
    )
}

fn successor(visitor: &Visitor, next: &Successor, now: DateTime<Utc>) -> TimelineEntry {
    TimelineEntry {
        title: "Its place was taken by".to_owned(),
        subject: Some(other(next.device, next.serial.as_deref())),
        detail: next.note.clone().unwrap_or_default(),
        who: next.by.who(None),
        at: When::clock(next.at, now, &visitor.zone()),
        tone: Tone::Quiet,
    }
}

fn change(visitor: &Visitor, change: &Change, now: DateTime<Utc>) -> TimelineEntry {
    let title = match (change.was, change.became) {
        (ThingState::Claimed, ThingState::Active) => "Confirmed",
        (ThingState::Claimed, ThingState::Inactive) => "Its key was refused",
        (_, ThingState::Active) => "Activated",
        (_, ThingState::Inactive) => "Deactivated",
        (_, ThingState::Stock) => "Put into stock, fit for use again",
        (_, ThingState::Returned) => "Came back",
        (_, ThingState::Replaced) => "Replaced",
        (_, ThingState::Retired) => "Retired",
        (_, ThingState::Unclaimed) => "Released from its key",
        (_, ThingState::Claimed) => "Claimed",
    };
    TimelineEntry {
        title: title.to_owned(),
        subject: None,
        detail: String::new(),
        who: change.who(),
        at: When::clock(change.at, now, &visitor.zone()),
        tone: Tone::Quiet,
    }
}

/// What the move was, with a word before whom it was to.
fn began(visitor: &Visitor, period: &HeldPeriod, has_somebody: bool) -> String {
    let mut title = words(period.reason, has_somebody).to_owned();
    if !has_somebody && period.customer.is_none() && period.reason != MoveReason::Retired {
        title.push_str(if visitor.can(Right::ManageStock) {
            " the platform's stock"
        } else {
            " stock"
        });
    }
    title
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
