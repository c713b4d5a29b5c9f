//! Devices without a value: what an administrator and a distributor see of them.

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};
use web_templates::text::{counted, grouped};
use web_templates::{Action, Attention, Choice, Filter, HeldDevicesPage, Icon, Select};

use super::held_row::{LastHubs, last_hubs, rows};
use super::list::Asked;
use crate::ground::enums::DeviceState;
use crate::http::State;
use crate::http::portal::choose::{Holders, Holding};
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, frame};
use crate::http::portal::list::pager;
use crate::http::portal::local::with_query;
use crate::http::portal::page::html;
use crate::http::portal::visitor::Visitor;
use crate::registry::devices::{self, Device, DeviceFilter, DeviceKeyset};
use crate::registry::overview::{self, Counts};
use crate::registry::{Page, RegistryError, RegistryScope};
use crate::tenancy::{Right, Tx};

/// The word for what lies in stock.
const IN_STOCK: &str = "stock";

/// What the page is made of.
struct Found {
    page: Page<Device, DeviceKeyset>,
    hubs: LastHubs,
    counts: Counts,
    holding: Holding,
    holders: Holders,
}

/// The devices that a scope sees, without values.
pub(super) async fn answer<S: RegistryScope>(
    state: &State,
    visitor: &Visitor,
    scope: &S,
    asked: &Asked,
) -> Result<HttpResponse, PageError> {
    let mut found = find(state, scope, asked).await?;
    let holders = Holders::find(state, visitor, std::mem::take(&mut found.holding)).await?;
    found.holders = holders.unwrap_or_default();
    html(&page(state, visitor, asked, &found))
}

async fn find<S: RegistryScope>(state: &State, scope: &S, asked: &Asked) -> Result<Found, PageError> {
    let (ask, now) = (asked.page()?, state.ground().now());
    scope
        .run(state.database(), async |tx| {
            let (wanted, holding) = wanted(tx, asked, now).await?;
            let page = devices::list(tx, &wanted, &ask).await?;
            Ok(Found {
                hubs: last_hubs(tx, &page.rows).await?,
                page,
                counts: overview::counts(tx, now).await?,
                holding,
                holders: Holders::default(),
            })
        })
        .await
}

/// Which devices were asked for, and whose they are.
async fn wanted<S: RegistryScope>(
    tx: &Tx<S>,
    asked: &Asked,
    now: DateTime<Utc>,
) -> Result<(DeviceFilter, Holding), RegistryError> {
    let mut wanted = asked.wanted();
    wanted.model = asked.model.parse().ok();
    wanted.wants = asked.wants(now);
    wanted.in_stock = asked.holder == IN_STOCK;
    let holding = Holding::of(tx, &asked.holder).await?;
    (wanted.customer, wanted.distributor) = (holding.customer, holding.distributor);
    Ok((wanted, holding))
}

fn page(state: &State, visitor: &Visitor, asked: &Asked, found: &Found) -> HeldDevicesPage {
    let counts = &found.counts;
    let mut frame = frame(state, visitor, Place::Devices, "Devices", counts);
    frame.flashes = asked.flashes();
    let text = counted(counts.devices.unsigned_abs(), "device in use", "devices in use");
    let next = found.page.next.as_ref();
    HeldDevicesPage {
        frame,
        attention: attention(counts),
        actions: actions(visitor, asked),
        stats: Vec::new(),
        filter: filter(asked, found),
        rows: rows(state, visitor, &found.page.rows, &found.hubs),
        pager: pager("/devices", &asked.pairs(), &asked.after, next, text),
    }
}

/// The first line, about every device that the scope sees.
pub(in crate::http::portal) fn attention(counts: &Counts) -> Attention {
    let of = |count: i64, one, many| (count.unsigned_abs(), one, many);
    Attention::of(&[
        of(counts.silent, "device is silent", "devices are silent"),
        of(counts.low_battery, "battery is low", "batteries are low"),
        of(counts.weak_signal, "signal is weak", "signals are weak"),
    ])
    .or(format!("No device is silent. {}", told(counts)))
}

/// What is known of batteries where none is low: of devices that never told their charge nobody knows.
pub(in crate::http::portal) fn told(counts: &Counts) -> String {
    match counts.told_battery {
        0 => "No device has told its charge yet.".to_owned(),
        1 => "The one battery that was told is not low.".to_owned(),
        told => format!(
            "Of {} batteries that were told none is low.",
            grouped(told.unsigned_abs())
        ),
    }
}

fn actions(visitor: &Visitor, asked: &Asked) -> Vec<Action> {
    let may = |right, action: Action| visitor.can(right).then_some(action);
    let labels = [
        ("holder", asked.holder.as_str()),
        ("model", asked.model.as_str()),
        ("state", asked.state.as_str()),
    ];
    let all = [
        may(
            Right::PlaceDevices,
            Action::go("Labels", with_query("/labels", &labels)).icon(Icon::Label),
        ),
        may(
            Right::ImportDevices,
            Action::go("Import", "/imports").icon(Icon::Upload),
        ),
        may(
            Right::AdoptDevices,
            Action::go("Adopt a device", "/devices/adopt")
                .icon(Icon::Add)
                .primary(),
        ),
        may(
            Right::ManageStock,
            Action::go("Add a device", "/devices/new")
                .icon(Icon::Add)
                .primary(),
        ),
    ];
    all.into_iter().flatten().collect()
}

fn filter(asked: &Asked, found: &Found) -> Filter {
    let mut form = asked.form("/devices", DeviceState::ALL);
    "Serial, IMEI, MAC, model or customer".clone_into(&mut form.placeholder);
    form.selects.push(asked.plights());
    form.selects.push(holders(asked, found));
    form
}

/// Who has them: nobody, a customer, a distributor.
fn holders(asked: &Asked, found: &Found) -> Select {
    let first = vec![
        Choice::new("", "Held by anybody", asked.holder.is_empty()),
        Choice::new(IN_STOCK, "In stock", asked.holder == IN_STOCK),
    ];
    found.holders.select("holder", "Held by", first, &asked.holder)
}
