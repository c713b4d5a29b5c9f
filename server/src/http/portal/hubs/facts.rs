//! What is known of a hub: warnings in words, tiles, cards of facts.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use web_templates::text::{counted, grouped, span};
use web_templates::{Fact, FactCard, Stat, Value, When};

use super::rows::is_silent;
use super::show::Known;
use crate::ground::enums::HubState;
use crate::http::State;
use crate::http::portal::orders::promised;
use crate::http::portal::visitor::Visitor;
use crate::registry::overview::SILENT_AFTER;

/// What a person should know first.
pub(super) fn warnings(state: &State, known: &Known) -> Vec<String> {
    let (hub, now) = (&known.hub, state.ground().now());
    if let Some(errand) = hub.reserved {
        return vec![promised::warning(errand).to_owned()];
    }
    match (hub.state, hub.offline_since.or(hub.last_seen_at)) {
        (HubState::Active, Some(since)) if hub.offline_since.is_some() => vec![format!(
            "It is offline for {}. Look whether it has power and a network: it keeps its readings meanwhile.",
            span(now - since)
        )],
        (HubState::Active, Some(seen)) if now - seen > SILENT_AFTER => vec![format!(
            "Nothing has been heard of it for {}. Look whether it has power and a network: it keeps its readings meanwhile.",
            span(now - seen)
        )],
        (HubState::Active, None) if is_silent(hub, now) => {
            vec!["Nothing was ever heard of it. Look whether it has power and a network.".to_owned()]
        }
        (HubState::Inactive, _) => vec![
            "It is inactive: nothing that it sends is taken. It keeps its readings until it is activated."
                .to_owned(),
        ],
        (HubState::Unclaimed, _) if hub.customer.is_some() => vec![
            "It holds no key yet: make a claim code and type it into the hub where it stands.".to_owned(),
        ],
        _ => Vec::new(),
    }
}

/// The tiles.
pub(super) fn stats(state: &State, zone: Tz, known: &Known) -> Vec<Stat> {
    let (hub, now) = (&known.hub, state.ground().now());
    let is_silent = hub.state == HubState::Active && (hub.offline_since.is_some() || is_silent(hub, now));
    let waiting = hub.queued.map_or_else(
        || Value::new("–", ""),
        |queued| Value::new(grouped(queued.unsigned_abs()), ""),
    );
    let everything = match hub.queued {
        Some(0) => "everything is sent",
        Some(_) => "as its last heartbeat said",
        None => "no heartbeat yet",
    };
    let version = hub.version.as_deref().unwrap_or("–");
    vec![
        Stat::ago("Last seen", hub.last_seen_at, now, &zone, "").warn_if(is_silent),
        Stat::new("Readings waiting in it", waiting, everything)
            .warn_if(hub.queued.is_some_and(|queued| queued > 0)),
        Stat::new(
            "Devices behind it",
            Value::new(grouped(known.devices.len() as u64), ""),
            "",
        ),
        Stat::new("Version", Value::new(version, ""), ""),
    ]
}

/// The cards.
pub(super) fn cards(state: &State, visitor: &Visitor, known: &Known) -> Vec<FactCard> {
    let (hub, now, zone) = (&known.hub, state.ground().now(), visitor.zone());
    let when = |at: Option<DateTime<Utc>>| at.map(|at| When::clock(at, now, &zone));
    let key = Fact::maybe_code("Fingerprint", hub.fingerprint.as_deref());
    let mut identity = vec![
        Fact::code("Serial", &hub.serial).copied(),
        Fact::text("Name", &hub.name),
        if hub.fingerprint.is_some() {
            key.copied()
        } else {
            key
        },
        Fact::time("Claimed", when(hub.claimed_at)),
        Fact::time("Confirmed", when(hub.confirmed_at)),
        Fact::time("Added", when(Some(hub.created_at))),
    ];
    if let Some((id, name)) = &hub.site {
        identity.push(Fact::link("Site", name, format!("/sites/{id}")));
    }
    identity.extend(promised::fact(hub.reserved, known.promise.as_ref()));
    let uptime = hub
        .uptime_seconds
        .map(|seconds| span(TimeDelta::try_seconds(seconds).unwrap_or_default()));
    let heartbeat = vec![
        Fact::time("Last", when(hub.heartbeat_at)),
        Fact::maybe("Version", hub.version.as_deref()),
        Fact::maybe("Up for", uptime),
        Fact::maybe(
            "Waiting in it",
            hub.queued
                .map(|queued| counted(queued.unsigned_abs(), "reading", "readings")),
        ),
        Fact::time("Last seen", when(hub.last_seen_at)),
    ];
    vec![
        FactCard::new("Identity", identity),
        FactCard::new("Heartbeat", heartbeat),
    ]
}
