//! What a sheet is made of: devices and hubs that were named, or those of a list, a sheet at a time.

use std::collections::BTreeSet;

use web_templates::{Label, Svg};

use crate::ground::enums::{DeviceState, HubState};
use crate::ground::ids::{DeviceId, HubId};
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::list::{ask, chosen, to_cursor, typed};
use crate::http::portal::sent::Sent;
use crate::http::qr::qr_svg;
use crate::registry::devices::{self, DeviceFilter};
use crate::registry::hubs::{self, Hub};
use crate::registry::models::{self, DeviceModel};
use crate::registry::overview::{self, Counts, HubFilter};
use crate::registry::{Ask, RegistryScope, labels};
use crate::tenancy::Tx;

/// Labels of one sheet: ten lines of three.
pub(super) const SHEET: u16 = 30;
/// Models that are offered; of more than these one looks for the model's name.
const MODELS: u16 = 200;

/// What a sheet is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// Of these devices and hubs.
    Named,
    /// Of devices in the stock.
    Devices,
    /// Of hubs.
    Hubs,
}

impl Of {
    pub(super) fn asked(asked: &Sent) -> Self {
        if asked.maybe("device").or(asked.maybe("hub")).is_some() {
            Self::Named
        } else if asked.get("what") == HUBS {
            Self::Hubs
        } else {
            Self::Devices
        }
    }
}

/// What the choice of hubs is called in an address.
pub(super) const HUBS: &str = "hubs";

/// A sheet.
pub(super) struct Found {
    pub(super) labels: Vec<Label>,
    /// Devices whose earlier labels stand for nothing any more.
    pub(super) others: u64,
    /// Devices whose label is not the caller's to print any more.
    pub(super) left_out: u64,
    /// Where the next sheet begins.
    pub(super) next: Option<String>,
    /// What may be chosen among.
    pub(super) models: Vec<DeviceModel>,
    pub(super) counts: Counts,
}

pub(super) async fn find<S: RegistryScope>(
    state: &State,
    scope: &S,
    asked: &Sent,
) -> Result<Found, PageError> {
    let now = state.ground().now();
    scope
        .run(state.database(), async |tx| {
            let mut found = Found {
                labels: Vec::new(),
                others: 0,
                left_out: 0,
                next: None,
                models: Vec::new(),
                counts: overview::counts(tx, now).await?,
            };
            match Of::asked(asked) {
                Of::Named => named(state, scope, tx, asked, &mut found).await?,
                Of::Devices => in_stock(state, scope, tx, asked, &mut found).await?,
                Of::Hubs => of_hubs(state, tx, asked, &mut found).await?,
            }
            Ok(found)
        })
        .await
}

async fn named<S: RegistryScope>(
    state: &State,
    scope: &S,
    tx: &Tx<S>,
    asked: &Sent,
    found: &mut Found,
) -> Result<(), PageError> {
    let devices = asked.all("device").take(SHEET.into());
    let devices: BTreeSet<DeviceId> = devices
        .map(|id| id.parse().map_err(|_| PageError::not_found()))
        .collect::<Result<_, _>>()?;
    let devices: Vec<DeviceId> = devices.into_iter().collect();
    add(state, scope, tx, &devices, found).await?;
    for id in asked.all("hub").take(usize::from(SHEET) - devices.len()) {
        let id: HubId = id.parse().map_err(|_| PageError::not_found())?;
        found.labels.push(of_hub(state, &hubs::get(tx, id).await?));
    }
    Ok(())
}

async fn in_stock<S: RegistryScope>(
    state: &State,
    scope: &S,
    tx: &Tx<S>,
    asked: &Sent,
    found: &mut Found,
) -> Result<(), PageError> {
    let wanted = DeviceFilter {
        q: typed(asked.get("q")),
        kind: chosen(asked.get("kind")),
        state: chosen(asked.get("state")).filter(|state| PRINTED.contains(state)),
        model: chosen(asked.get("model")),
        to_label: true,
        ..DeviceFilter::default()
    };
    let page = devices::list(tx, &wanted, &ask(asked.get("after"), SHEET)?).await?;
    found.next = page.next.as_ref().map(to_cursor);
    let ids: Vec<DeviceId> = page.rows.iter().map(|device| device.id).collect();
    add(state, scope, tx, &ids, found).await?;
    let models = models::list(tx, &Ask::first(MODELS)).await?;
    if models.next.is_none() {
        found.models = models.rows;
    }
    Ok(())
}

/// A device whose label may be wanted lies in stock, or came back to it.
pub(super) const PRINTED: [DeviceState; 2] = [DeviceState::Stock, DeviceState::Returned];

async fn of_hubs<S: RegistryScope>(
    state: &State,
    tx: &Tx<S>,
    asked: &Sent,
    found: &mut Found,
) -> Result<(), PageError> {
    let wanted = HubFilter {
        q: typed(asked.get("q")),
        state: chosen::<HubState>(asked.get("state")),
        ..HubFilter::default()
    };
    let page = overview::hubs(tx, &wanted, &ask(asked.get("after"), SHEET)?).await?;
    found.next = page.next.as_ref().map(to_cursor);
    found.labels = page.rows.iter().map(|hub| of_hub(state, hub)).collect();
    Ok(())
}

/// The labels of these devices, as far as they are the caller's to print.
async fn add<S: RegistryScope>(
    state: &State,
    scope: &S,
    tx: &Tx<S>,
    devices: &[DeviceId],
    found: &mut Found,
) -> Result<(), PageError> {
    let labels = labels::labels(tx, scope, state.ground(), devices).await?;
    found.left_out = devices.len().saturating_sub(labels.len()) as u64;
    found.others = labels.iter().filter(|label| label.is_another).count() as u64;
    found.labels = labels.iter().map(|label| of_device(state, label)).collect();
    Ok(())
}

fn of_device(state: &State, label: &labels::Label) -> Label {
    let url = label.url(&state.site().public_url);
    Label {
        qr: drawn(&url),
        maker: label.maker.clone(),
        model: label.model.clone(),
        serial: label.serial.clone(),
        code: label.code.expose(),
        kind: label.kinds.first().copied(),
    }
}

/// A hub's label leads to its page; what proves a hub is its key.
fn of_hub(state: &State, hub: &Hub) -> Label {
    Label {
        qr: drawn(&format!("{}/hubs/{}", state.site().public_url, hub.id)),
        maker: "Hub".to_owned(),
        model: hub.name.clone(),
        serial: hub.serial.clone(),
        code: String::new(),
        kind: None,
    }
}

/// A text too long for a code stays without one; the words beside it say the same.
fn drawn(text: &str) -> Svg {
    Svg(qr_svg(text).unwrap_or_default())
}
