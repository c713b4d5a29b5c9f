//! Devices without a value: what an administrator and a distributor see of them.

use actix_web::HttpResponse;
use web_templates::text::counted;
use web_templates::{AdminDeviceRow, AdminDevicesPage, When};

use super::list::Asked;
use super::parts::{kind, model, state as device_state};
use crate::ground::enums::DeviceState;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, frame};
use crate::http::portal::list::pager;
use crate::http::portal::page::html;
use crate::http::portal::visitor::Visitor;
use crate::registry::devices::{self, Device};
use crate::registry::{RegistryScope, overview};
use crate::tenancy::DistributorScope;

/// A distributor's own stock and its customers' devices.
pub(super) async fn distributor(
    state: &State,
    visitor: &Visitor,
    scope: &DistributorScope,
    asked: &Asked,
) -> Result<HttpResponse, PageError> {
    page(state, visitor, scope, asked, "/devices").await
}

/// The devices that a scope sees, without values.
pub(in crate::http::portal) async fn page<S: RegistryScope>(
    state: &State,
    visitor: &Visitor,
    scope: &S,
    asked: &Asked,
    path: &str,
) -> Result<HttpResponse, PageError> {
    let (wanted, ask, now) = (asked.wanted(), asked.page()?, state.ground().now());
    let (found, counts) = scope
        .run(state.database(), async |tx| {
            let found = devices::list(tx, &wanted, &ask).await?;
            Ok::<_, PageError>((found, overview::counts(tx, now).await?))
        })
        .await?;
    let mut frame = frame(state, visitor, Place::Devices, "Devices", &counts);
    frame.search = None;
    let text = counted(counts.devices.unsigned_abs(), "device", "devices");
    html(&AdminDevicesPage {
        frame,
        filter: asked.form(path, DeviceState::ALL),
        rows: found
            .rows
            .iter()
            .map(|device| row(state, visitor, device))
            .collect(),
        pager: pager(path, &asked.pairs(), &asked.after, found.next.as_ref(), text),
    })
}

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
