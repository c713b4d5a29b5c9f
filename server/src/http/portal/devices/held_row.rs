//! A device without a value, as a row of a list.

use std::collections::HashMap;

use web_templates::{HeldDeviceRow, Icon, Link, When};

use super::parts::{battery, kind, model, signal, state as device_state, via};
use crate::ground::enums::DeviceState;
use crate::ground::ids::{DeviceId, HubId};
use crate::http::State;
use crate::http::portal::visitor::Visitor;
use crate::registry::devices::Device;
use crate::registry::overview;
use crate::registry::{RegistryError, RegistryScope};
use crate::tenancy::{Right, Tx};

/// The hubs through which devices were last heard.
pub(in crate::http::portal) type LastHubs = HashMap<DeviceId, (HubId, String)>;

/// The hubs through which these devices were last heard.
pub(in crate::http::portal) async fn last_hubs<S: RegistryScope>(
    tx: &Tx<S>,
    devices: &[Device],
) -> Result<LastHubs, RegistryError> {
    let ids: Vec<DeviceId> = devices.iter().map(|device| device.id).collect();
    overview::last_hubs(tx, &ids).await
}

/// The rows of these devices.
pub(in crate::http::portal) fn rows(
    state: &State,
    visitor: &Visitor,
    devices: &[Device],
    hubs: &LastHubs,
) -> Vec<HeldDeviceRow> {
    devices
        .iter()
        .map(|device| row(state, visitor, device, hubs.get(&device.id)))
        .collect()
}

fn row(state: &State, visitor: &Visitor, device: &Device, hub: Option<&(HubId, String)>) -> HeldDeviceRow {
    let (now, zone) = (state.ground().now(), visitor.zone());
    let (icon, line) = via(device);
    HeldDeviceRow {
        href: Some(format!("/devices/{}", device.id)),
        kind: kind(device, None),
        model: model(device),
        serial: device.serial.clone(),
        holder: holder(visitor, device),
        state: device_state(device, now),
        last_seen: device.last_seen_at.map(|at| When::clock(at, now, &zone)),
        battery: battery(device),
        signal: signal(device),
        via_icon: if hub.is_some() { Icon::Bluetooth } else { icon },
        via: hub.map_or_else(|| line.to_owned(), |(_, name)| name.clone()),
    }
}

/// Who has it: its customer, or the distributor in whose stock it lies. A customer's own people know that it is theirs.
pub(in crate::http::portal) fn holder(visitor: &Visitor, device: &Device) -> Option<Link> {
    if let (Some(id), Some(name)) = (device.customer, &device.customer_name) {
        return Some(Link::to(name, format!("/customers/{id}")));
    }
    let (id, name) = (device.distributor?, device.distributor_name.as_ref()?);
    let words = match device.state {
        DeviceState::Retired => name.clone(),
        _ => format!("stock of {name}"),
    };
    Some(if visitor.can(Right::SeeDistributors) {
        Link::to(words, format!("/distributors/{id}"))
    } else {
        Link::plain(words)
    })
}
