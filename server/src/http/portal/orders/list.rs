//! `GET /orders`.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Datelike as _, Months, NaiveDate, Utc};
use serde::Deserialize;
use web_templates::text::grouped;
use web_templates::{Action, Attention, Icon, Link, OrderRow, OrdersPage, Tab, When};

use super::words::{about, tag};
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, frame};
use crate::http::portal::list::{ROWS, ask, chosen, filter, pager, select, typed};
use crate::http::portal::page::html;
use crate::http::portal::visitor::Visitor;
use crate::identity::{CallerScope, in_scope};
use crate::orders::incoming::{self, Incoming};
use crate::orders::{self, Order, OrderFilter, OrderKey, Standing};
use crate::registry::{Page, RegistryError};
use crate::tenancy::{Right, Scope as _};

/// Months whose hardware is offered as a file.
const MONTHS: u32 = 6;

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    after: String,
}

/// The orders that the visitor sees, the newest first.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let ask = ask::<OrderKey>(&asked.after, ROWS)?;
    let wanted = OrderFilter {
        q: typed(&asked.q),
        standing: match asked.state.as_str() {
            "open" => Standing::Open,
            word => chosen(word).map_or(Standing::Any, Standing::Is),
        },
        distributor: None,
    };
    let (page, counts) = in_scope!(visitor.caller(), scope => {
        scope
            .run(state.database(), async |tx| {
                let page = orders::list(tx, &wanted, &ask).await?;
                Ok::<_, RegistryError>((page, incoming::counts(tx).await?))
            })
            .await
    })?;
    let of_frame = visitor.counts(&state).await?;
    let mut shown = shown(&state, &visitor, &asked, (&page, counts));
    shown.frame = frame(&state, &visitor, Place::Orders, "Orders", &of_frame);
    html(&shown)
}

fn shown(
    state: &State,
    visitor: &Visitor,
    asked: &Asked,
    (page, counts): (&Page<Order, OrderKey>, Incoming),
) -> OrdersPage {
    let now = state.ground().now();
    let states = [
        ("open", "Not over"),
        ("ordered", "Ordered"),
        ("allocated", "Allocated"),
        ("shipped", "Shipped"),
        ("received", "Something is missing"),
        ("in_stock", "In stock"),
        ("cancelled", "Cancelled"),
    ];
    let pairs = [("q", asked.q.as_str()), ("state", asked.state.as_str())];
    OrdersPage {
        frame: frame(
            state,
            visitor,
            Place::Orders,
            "Orders",
            &crate::registry::overview::Counts::default(),
        ),
        attention: attention(visitor, counts),
        actions: actions(visitor),
        tabs: tabs(true, counts),
        what: "Orders",
        nothing: "A distributor orders devices and hubs from the platform; each step from the order to the stock stands here with its date.",
        filter: filter(
            "/orders",
            &asked.q,
            "Number, serial or tracking",
            vec![select("state", "State", "Every state", &asked.state, states)],
        ),
        with_distributor: !is_distributor(visitor),
        rows: page.rows.iter().map(|order| row(visitor, now, order)).collect(),
        pager: pager("/orders", &pairs, &asked.after, page.next.as_ref(), String::new()),
        months: months(now),
    }
}

/// Orders and returns as the two sides of the same.
pub(in crate::http::portal) fn tabs(is_orders: bool, counts: Incoming) -> Vec<Tab> {
    vec![
        Tab::new("Orders", "/orders", is_orders).count(counts.open.unsigned_abs()),
        Tab::new("Returns", "/returns", !is_orders).count(counts.returns.unsigned_abs()),
    ]
}

pub(in crate::http::portal) fn is_distributor(visitor: &Visitor) -> bool {
    matches!(visitor.scope(), CallerScope::Distributor(_))
}

fn attention(visitor: &Visitor, counts: Incoming) -> Attention {
    let of = |count: i64, one, many| (count.unsigned_abs(), one, many);
    if is_distributor(visitor) {
        // Good news is no warning.
        return Attention::of(&[]).or(match counts.on_its_way.unsigned_abs() {
            0 => "Nothing is on its way to you.".to_owned(),
            1 => "One device or hub is on its way to you.".to_owned(),
            many => format!("{} devices and hubs are on their way to you.", grouped(many)),
        });
    }
    Attention::of(&[
        of(
            counts.waiting,
            "order waits for the platform",
            "orders wait for the platform",
        ),
        of(
            counts.returns,
            "return waits for the platform",
            "returns wait for the platform",
        ),
    ])
    .or("No order waits for the platform.")
}

fn actions(visitor: &Visitor) -> Vec<Action> {
    let order = Action::go("Order devices", "/orders/new")
        .icon(Icon::Add)
        .primary();
    let may = visitor.can(Right::PlaceOrders);
    may.then_some(order).into_iter().collect()
}

/// An order in the list.
fn row(visitor: &Visitor, now: DateTime<Utc>, order: &Order) -> OrderRow {
    let of = (!is_distributor(visitor)).then(|| {
        let href = format!("/distributors/{}", order.distributor);
        Link::to(&order.distributor_name, href)
    });
    OrderRow {
        href: format!("/orders/{}", order.id),
        number: order.number.clone(),
        what: about(order),
        distributor: of,
        state: tag(order.state),
        ordered: When::ago(order.ordered_at, now, &visitor.zone()),
        changed: When::ago(order.updated_at, now, &visitor.zone()),
    }
}

/// The last months, this one first.
fn months(now: DateTime<Utc>) -> Vec<Link> {
    let first = now.date_naive().with_day(1).unwrap_or_default();
    (0..MONTHS)
        .filter_map(|back| first.checked_sub_months(Months::new(back)))
        .map(|month: NaiveDate| {
            let href = format!("/orders/hardware.csv?month={}", month.format("%Y-%m"));
            Link::to(month.format("%B %Y").to_string(), href)
        })
        .collect()
}
