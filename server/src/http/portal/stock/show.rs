//! `GET /stock`: what lies in a stock, and what came and went.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use vitals::Kind;
use web_templates::text::grouped;
use web_templates::{Action, Attention, Icon, Stat, StockModelRow, StockPage, Value};

use super::movements::rows;
use crate::ground::enums::DeviceState;
use crate::ground::ids::DeviceModelId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, frame};
use crate::http::portal::list::{ROWS, ask, chosen, filter, pager, select, typed};
use crate::http::portal::local::with_query;
use crate::http::portal::page::html;
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::orders::incoming;
use crate::registry::devices::{self, DeviceFilter};
use crate::registry::models::{self, DeviceModel, OfModel};
use crate::registry::movements::{self, Movement, MovementFilter, MovementKey};
use crate::registry::overview::{self, Counts};
use crate::registry::{Ask, Page, RegistryScope};
use crate::tenancy::Right;

/// Models that are shown; a stock holds a few.
const MODELS: u16 = 1_000;
/// Devices that came back, counted up to here.
const RETURNED: u16 = 1_000;

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    after: String,
}

/// What the page is made of.
struct Found {
    models: Vec<DeviceModel>,
    holdings: HashMap<DeviceModelId, OfModel>,
    returned: usize,
    /// On their way to a distributor, by model; under none: hubs.
    incoming: HashMap<Option<DeviceModelId>, i64>,
    movements: Page<Movement, MovementKey>,
    counts: Counts,
}

/// A distributor's own stock; for an administrator every stock together.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let mut found = in_scope!(visitor.caller(), scope => find(&state, scope, &asked).await)?;
    movements::told(state.database(), &mut found.movements.rows).await?;
    html(&page(&state, &visitor, &asked, &found))
}

async fn find<S: RegistryScope>(state: &State, scope: &S, asked: &Asked) -> Result<Found, PageError> {
    let wanted = MovementFilter {
        q: typed(&asked.q),
        kind: chosen::<Kind>(&asked.kind),
    };
    let came_back = DeviceFilter {
        state: Some(DeviceState::Returned),
        ..DeviceFilter::default()
    };
    let (ask, now) = (ask::<MovementKey>(&asked.after, ROWS)?, state.ground().now());
    scope
        .run(state.database(), async |tx| {
            Ok(Found {
                models: models::list(tx, &Ask::first(MODELS)).await?.rows,
                holdings: models::holdings(tx).await?,
                returned: devices::list(tx, &came_back, &Ask::first(RETURNED))
                    .await?
                    .rows
                    .len(),
                incoming: incoming::by_model(tx).await?,
                movements: movements::list(tx, &wanted, &ask).await?,
                counts: overview::counts(tx, now).await?,
            })
        })
        .await
}

fn page(state: &State, visitor: &Visitor, asked: &Asked, found: &Found) -> StockPage {
    let kinds = Kind::ALL.iter().map(|kind| (kind.as_str(), kind.label()));
    let selects = vec![select(
        "kind",
        "What it measures",
        "Devices and hubs",
        &asked.kind,
        kinds,
    )];
    let pairs = [("q", asked.q.as_str()), ("kind", asked.kind.as_str())];
    let next = found.movements.next.as_ref();
    let returned = found.returned as u64;
    StockPage {
        frame: frame(state, visitor, Place::Stock, "Stock", &found.counts),
        attention: Attention::of(&[(
            returned,
            "device came back and waits to be looked at",
            "devices came back and wait to be looked at",
        )])
        .or("Nothing came back that waits to be looked at."),
        actions: actions(visitor),
        stats: tiles(found, returned),
        models: found
            .models
            .iter()
            .filter_map(|model| row(model, found))
            .collect(),
        filter: filter("/stock", &asked.q, "Serial", selects),
        movements: rows(state, visitor, &found.movements.rows),
        pager: pager("/stock", &pairs, &asked.after, next, String::new()),
    }
}

fn actions(visitor: &Visitor) -> Vec<Action> {
    let labels = with_query("/labels", &[("holder", "stock")]);
    let may = |right, action: Action| visitor.can(right).then_some(action);
    let all = [
        may(
            Right::PlaceDevices,
            Action::go("Labels", labels).icon(Icon::Label),
        ),
        may(
            Right::AdoptDevices,
            Action::go("Adopt a device", "/devices/adopt").icon(Icon::Add),
        ),
        may(
            Right::PlaceOrders,
            Action::go("Order devices", "/orders/new")
                .icon(Icon::Orders)
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

fn tiles(found: &Found, returned: u64) -> Vec<Stat> {
    let sum = |count: fn(&OfModel) -> i64| found.holdings.values().map(count).sum::<i64>().unsigned_abs();
    let tile = |label: &str, count: u64, note: &str| Stat::new(label, Value::new(grouped(count), ""), note);
    vec![
        tile("In stock", sum(|held| held.in_stock), "ready to be placed"),
        tile(
            "On its way",
            found.incoming.values().sum::<i64>().unsigned_abs(),
            "sent, not received yet",
        ),
        tile("With customers", sum(|held| held.placed), ""),
        tile("Came back", returned, "to be looked at").warn_if(returned > 0),
    ]
}

fn row(model: &DeviceModel, found: &Found) -> Option<StockModelRow> {
    let incoming = found.incoming.get(&Some(model.id)).copied().unwrap_or(0);
    let nothing = OfModel::default();
    let held = match found.holdings.get(&model.id) {
        None if incoming > 0 => &nothing,
        held => held?,
    };
    let id = model.id.to_string();
    Some(StockModelRow {
        kind: model.kinds.first().copied(),
        model: format!("{} {}", model.maker, model.name),
        in_stock: held.in_stock.unsigned_abs(),
        incoming: incoming.unsigned_abs(),
        placed: held.placed.unsigned_abs(),
        href: with_query("/devices", &[("model", &id)]),
    })
}
