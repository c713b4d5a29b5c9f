//! A device without its value, in a few columns: for an administrator's first page.

use web_templates::{AdminDeviceRow, When};

use super::parts::{kind, model, state as device_state};
use crate::http::State;
use crate::http::portal::visitor::Visitor;
use crate::registry::devices::Device;

/// One device, without a value.
pub(in crate::http::portal) fn row(state: &State, visitor: &Visitor, device: &Device) -> AdminDeviceRow {
    let (now, zone) = (state.ground().now(), visitor.zone());
    AdminDeviceRow {
        id: device.id.to_string(),
        kind: kind(device, None),
        serial: device.serial.clone(),
        model: model(device),
        customer: device.customer_name.clone(),
        state: device_state(device, now),
        last_seen: device.last_seen_at.map(|at| When::clock(at, now, &zone)),
    }
}
