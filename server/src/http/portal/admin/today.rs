//! `GET /admin`: how the platform fares, and what wants a person.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use web_templates::text::{counted, grouped, whole};
use web_templates::{AdminPage, Attention, CustomerRow, Link, Stat, Value};

use super::{broker, refusals, wants};
use crate::desk::cases;
use crate::forwarding::admin as forwarding;
use crate::forwarding::admin::{EndpointSummary, ForwardingSummary};
use crate::ground::enums::HubState;
use crate::ground::ids::{CustomerId, HubId};
use crate::history::store::board::{self, Days};
use crate::http::State;
use crate::http::portal::customers::rows::{endpoint_tag, held_by};
use crate::http::portal::devices::held_row::{self, LastHubs};
use crate::http::portal::error::PageError;
use crate::http::portal::first_line;
use crate::http::portal::frame::{Place, frame};
use crate::http::portal::hubs::rows;
use crate::http::portal::page::html;
use crate::http::portal::visitor::Visitor;
use crate::orders::incoming::{self, Incoming};
use crate::registry::devices::Device;
use crate::registry::hubs::Hub;
use crate::registry::overview::{self, Counts, Holder, HubFilter};
use crate::registry::refusals::{self as refused, RefusalCount, RefusalFilter};
use crate::registry::{Ask, wanting};
use crate::tenancy::{AdminScope, Scope as _, Tx};

/// Rows of each list.
const ROWS: u16 = 8;
/// Minutes of the small curve.
const MINUTES: u8 = 60;

/// What the page is made of, read in one transaction.
struct Found {
    counts: Counts,
    minutes: Vec<i64>,
    days: Days,
    forwarding: ForwardingSummary,
    wants: wants::Wants,
    holders: Vec<Holder>,
    endpoints: HashMap<CustomerId, Vec<EndpointSummary>>,
    devices: Vec<Device>,
    last_hubs: LastHubs,
    hubs: Vec<Hub>,
    behind: HashMap<HubId, i64>,
    refusals: Vec<RefusalCount>,
    orders: Incoming,
    /// Cases that wait for this administrator.
    cases: i64,
}

/// An administrator's first page.
pub(super) async fn get(state: web::Data<State>, visitor: Visitor) -> Result<HttpResponse, PageError> {
    let found = find(&state, &visitor).await?;
    html(&page(&state, &visitor, &found))
}

async fn find(state: &State, visitor: &Visitor) -> Result<Found, PageError> {
    let now = state.ground().now();
    visitor
        .admin()?
        .run(state.database(), async |tx| {
            let holders = wanting::customers(tx, now, ROWS).await?;
            let devices = wanting::worst_first(tx, now, ROWS).await?;
            // Those to be confirmed come first.
            let hubs = overview::hubs(tx, &HubFilter::default(), &Ask::first(wants::MOST.max(ROWS)))
                .await?
                .rows;
            let to_confirm = hubs.iter().filter(|hub| hub.state == HubState::Claimed);
            let wants = wants::find(state, visitor, tx, to_confirm.cloned().collect()).await?;
            let hubs: Vec<Hub> = hubs.into_iter().take(usize::from(ROWS)).collect();
            Ok(Found {
                counts: overview::counts(tx, now).await?,
                minutes: board::readings_a_minute(tx, now, MINUTES).await?,
                days: board::days(tx, now).await?,
                forwarding: forwarding::summary(tx, now).await?,
                wants,
                endpoints: endpoints(tx, &holders).await?,
                holders,
                last_hubs: held_row::last_hubs(tx, &devices).await?,
                devices,
                behind: rows::behind(tx, &hubs).await?,
                hubs,
                orders: incoming::counts(tx).await?,
                cases: cases::waiting_count(tx, cases::Waiting::on(visitor.caller())).await?,
                refusals: refused::list(tx, &RefusalFilter::default(), &Ask::first(ROWS))
                    .await?
                    .rows,
            })
        })
        .await
}

fn page(state: &State, visitor: &Visitor, found: &Found) -> AdminPage {
    let quarantined = found.wants.waiting.unsigned_abs();
    AdminPage {
        frame: frame(state, visitor, Place::Home, "Today", &found.counts),
        attention: attention(state, found, quarantined),
        stats: tiles(&found.minutes, &found.forwarding, quarantined)
            .into_iter()
            .chain(broker::tile(state, visitor))
            .collect(),
        wants: found.wants.rows(state, visitor),
        customers: found
            .holders
            .iter()
            .map(|holder| customer(holder, &found.endpoints))
            .collect(),
        devices: held_row::rows(state, visitor, &found.devices, &found.last_hubs),
        hubs: found
            .hubs
            .iter()
            .map(|hub| rows::held(state, visitor, hub, &found.behind))
            .collect(),
        refusals: found
            .refusals
            .iter()
            .map(|count| refusals::row(state, visitor, count))
            .collect(),
    }
}

/// The endpoints of these customers.
async fn endpoints(
    tx: &Tx<AdminScope>,
    holders: &[Holder],
) -> Result<HashMap<CustomerId, Vec<EndpointSummary>>, PageError> {
    let customers: Vec<CustomerId> = holders.iter().map(|holder| holder.customer).collect();
    let mut all: HashMap<_, Vec<_>> = HashMap::new();
    for endpoint in forwarding::endpoints_of(tx, &customers).await? {
        all.entry(endpoint.customer).or_default().push(endpoint);
    }
    Ok(all)
}

fn customer(holder: &Holder, endpoints: &HashMap<CustomerId, Vec<EndpointSummary>>) -> CustomerRow {
    let own = endpoints.get(&holder.customer);
    CustomerRow {
        distributor: holder
            .distributor
            .as_ref()
            .map(|(id, name)| Link::to(name, format!("/distributors/{id}"))),
        endpoint: own.and_then(|own| endpoint_tag(own)),
        ..held_by(holder)
    }
}

fn attention(state: &State, found: &Found, quarantined: u64) -> Attention {
    let unwell = found.forwarding.failing + found.forwarding.disabled;
    let (counts, orders) = (&found.counts, &found.orders);
    let of = |count: i64, one, many, href| (count.unsigned_abs(), one, many, href);
    Attention::leading(&[
        (
            found.days.missing,
            "day of the coming week has no table yet: its readings will be refused",
            "days of the coming week have no table yet: their readings will be refused",
            "",
        ),
        (
            found.days.over,
            "day that is over does not leave the history",
            "days that are over do not leave the history",
            "",
        ),
        broker::attention(state),
        of(
            found.wants.asking_in_all,
            "person asks to be confirmed",
            "people ask to be confirmed",
            "/users?state=asks",
        ),
        first_line::cases(found.cases),
        of(
            orders.waiting,
            "order waits",
            "orders wait",
            "/orders?state=waiting",
        ),
        of(
            orders.returns,
            "return waits",
            "returns wait",
            "/returns?state=waiting",
        ),
        of(
            unwell,
            "endpoint needs care",
            "endpoints need care",
            "#wants-title",
        ),
        of(
            found.forwarding.dead,
            "delivery was given up",
            "deliveries were given up",
            "",
        ),
        (
            quarantined,
            "item waits in quarantine",
            "items wait in quarantine",
            "/admin/quarantine",
        ),
        first_line::silent(counts),
        first_line::offline(counts),
        first_line::to_confirm(counts),
    ])
}

#[expect(clippy::cast_precision_loss, reason = "a curve of counts")]
fn tiles(minutes: &[i64], forwarding: &ForwardingSummary, quarantined: u64) -> Vec<Stat> {
    let last = minutes.last().copied().unwrap_or(0).unsigned_abs();
    let p99 = match forwarding.p99_ms {
        Some(ms) => Value::new(whole(ms), "ms"),
        None => Value::new("–", ""),
    };
    let waiting = match forwarding.waiting {
        0 => "nothing waits".to_owned(),
        waiting => counted(waiting.unsigned_abs(), "delivery waits", "deliveries wait"),
    };
    let unwell = (forwarding.failing + forwarding.disabled).unsigned_abs();
    let dead = counted(
        forwarding.dead.unsigned_abs(),
        "delivery on the shelves",
        "deliveries on the shelves",
    );
    vec![
        Stat::new("Readings a minute", Value::new(grouped(last), ""), "")
            .with_spark(minutes.iter().map(|count| *count as f64).collect()),
        Stat::new("Accepted → customer, p99, last hour", p99, waiting),
        Stat::new(
            "Endpoints that need care",
            Value::new(
                grouped(unwell),
                format!("of {}", grouped(forwarding.endpoints.unsigned_abs())),
            ),
            dead,
        )
        .warn_if(unwell > 0 || forwarding.dead > 0),
        Stat::new(
            "In quarantine",
            Value::new(grouped(quarantined), ""),
            "kept, unseen, with the reason",
        )
        .warn_if(quarantined > 0),
    ]
}
