//! Hubs as rows of a list.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use web_templates::text::span;
use web_templates::{HeldHubRow, Link, Tag, Tone, When};

use crate::ground::enums::HubState;
use crate::ground::ids::HubId;
use crate::http::State;
use crate::http::portal::devices::parts::reserved;
use crate::http::portal::error::PageError;
use crate::http::portal::visitor::Visitor;
use crate::registry::RegistryScope;
use crate::registry::hubs::Hub;
use crate::registry::overview::{self, SILENT_AFTER};
use crate::registry::wanting::Silence;
use crate::tenancy::Tx;

/// How an active hub is called that is heard, and one that is missed.
pub(super) const ONLINE: &str = "online";
pub(super) const OFFLINE: &str = "offline";
const UNCLAIMED: &str = "waits for its claim";
const CLAIMED: &str = "confirm its fingerprint";

/// What a list of hubs can be narrowed down to: the value in its address, and the words of its column. An active hub is
/// online or offline.
pub(super) const STANDINGS: [(&str, &str); 6] = [
    (OFFLINE, OFFLINE),
    (ONLINE, ONLINE),
    ("claimed", CLAIMED),
    ("unclaimed", UNCLAIMED),
    ("inactive", "inactive"),
    ("retired", "retired"),
];

/// How many devices stand behind each of these hubs.
pub(in crate::http::portal) async fn behind<S: RegistryScope>(
    tx: &Tx<S>,
    hubs: &[Hub],
) -> Result<HashMap<HubId, i64>, PageError> {
    let ids: Vec<HubId> = hubs.iter().map(|hub| hub.id).collect();
    Ok(overview::devices_behind(tx, &ids).await?)
}

/// The same in the list of hubs.
pub(in crate::http::portal) fn held(
    state: &State,
    visitor: &Visitor,
    hub: &Hub,
    devices: &HashMap<HubId, i64>,
) -> HeldHubRow {
    let (now, zone) = (state.ground().now(), visitor.zone());
    HeldHubRow {
        href: format!("/hubs/{}", hub.id),
        name: hub.name.clone(),
        serial: hub.serial.clone(),
        holder: holder(hub),
        state: tag(hub, now),
        last_seen: hub.last_seen_at.map(|at| When::clock(at, now, &zone)),
        devices: devices.get(&hub.id).map_or(0, |count| count.unsigned_abs()),
        queue: hub.queued.map(i64::unsigned_abs),
        version: hub.version.clone(),
    }
}

/// At whom it stands.
pub(in crate::http::portal) fn holder(hub: &Hub) -> Option<Link> {
    let (id, name) = (hub.customer?, hub.customer_name.as_ref()?);
    Some(Link::to(name, format!("/customers/{id}")))
}

/// Whether it is silent, or was never heard though it should have been.
pub(super) fn is_silent(hub: &Hub, now: DateTime<Utc>) -> bool {
    let placed = hub.confirmed_at.unwrap_or(hub.created_at);
    hub.state == HubState::Active && Silence::at(now).is_of(hub.last_seen_at, Some(placed))
}

/// How it stands, in a few words.
pub(in crate::http::portal) fn tag(hub: &Hub, now: DateTime<Utc>) -> Tag {
    match (hub.state, hub.last_seen_at) {
        (state, _) if hub.reserved.is_some() && state != HubState::Retired => reserved(hub.reserved),
        (HubState::Unclaimed, _) => Tag::new(UNCLAIMED, Tone::Info),
        (HubState::Claimed, _) => Tag::new(CLAIMED, Tone::Warn),
        (HubState::Active, seen) => match (hub.offline_since, seen) {
            (Some(since), _) => Tag::new(format!("{OFFLINE} for {}", span(now - since)), Tone::Warn),
            (None, Some(seen)) if now - seen > SILENT_AFTER => {
                Tag::new(format!("silent for {}", span(now - seen)), Tone::Warn)
            }
            (None, Some(_)) => Tag::new(ONLINE, Tone::Ok),
            (None, None) if is_silent(hub, now) => Tag::new("never heard", Tone::Warn),
            (None, None) => Tag::new("waiting for its first word", Tone::Info),
        },
        (HubState::Inactive | HubState::Retired, _) => Tag::new(hub.state.as_str(), Tone::Quiet),
    }
}
