//! `GET /orders`.

use std::str::FromStr;

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Datelike as _, Months, NaiveDate, Utc};
use serde::Deserialize;
use web_templates::text::grouped;
use web_templates::{Action, Attention, Icon, Link, OrderRow, OrdersPage, Tab, When};

use super::words::{about, tag};
use crate::ground::ids::DistributorId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, frame};
use crate::http::portal::list::{ROWS, ask, chosen, filter, pager, select, typed};
use crate::http::portal::page::html;
use crate::http::portal::visitor::Visitor;
use crate::identity::{CallerScope, in_scope};
use crate::orders::incoming::{self, Incoming};
use crate::orders::{self, Filter, Key, Order, Standing};
use crate::registry::{Ask, RegistryError};
use crate::tenancy::{Right, Scope as _};

/// How an address asks for what waits for the visitor's side.
const WAITING: &str = "waiting";
/// Months whose hardware is offered as a file.
const MONTHS: u32 = 6;

/// What an address asks of a list of orders or of returns.
#[derive(Debug, Deserialize)]
pub(in crate::http::portal) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    after: String,
}

impl Asked {
    /// Which page.
    pub(in crate::http::portal) fn page(&self) -> Result<Ask<Key>, PageError> {
        ask(&self.after, ROWS)
    }

    /// Which ones.
    pub(in crate::http::portal) fn filter<S: FromStr>(&self, visitor: &Visitor) -> Filter<S> {
        Filter {
            q: typed(&self.q),
            standing: Standing::asked(chosen(&self.state), self.state == "open"),
            distributor: None,
            waits_for: (self.state == WAITING).then(|| orders::side(visitor.caller())),
        }
    }
}

/// The orders that the visitor sees, the newest first.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let (ask, wanted) = (asked.page()?, asked.filter(&visitor));
    let (page, counts) = in_scope!(visitor.caller(), scope => {
        scope
            .run(state.database(), async |tx| {
                let page = orders::list(tx, &wanted, &ask).await?;
                Ok::<_, RegistryError>((page, incoming::counts(tx).await?))
            })
            .await
    })?;
    let now = state.ground().now();
    let listed = Listed {
        is_orders: true,
        what: "Orders",
        path: "/orders",
        nothing: "A distributor orders devices and hubs from the platform; each step from the order to the stock stands here with its date.",
        states: STATES,
        attention: attention(&visitor, counts),
        action: Action::go("Order devices", "/orders/new"),
        rows: page.rows.iter().map(|order| row(&visitor, now, order)).collect(),
        months: months(now),
    };
    listed
        .answer(&state, &visitor, &asked, (counts, page.next.as_ref()))
        .await
}

const STATES: &[(&str, &str)] = &[
    ("open", "Not over"),
    ("ordered", "Ordered"),
    ("allocated", "Allocated"),
    ("shipped", "Shipped"),
    ("received", "Something is missing"),
    ("in_stock", "In stock"),
    ("cancelled", "Cancelled"),
];

/// What a list is of.
pub(in crate::http::portal) struct Listed {
    pub(in crate::http::portal) is_orders: bool,
    pub(in crate::http::portal) what: &'static str,
    pub(in crate::http::portal) path: &'static str,
    /// What is said where there are none.
    pub(in crate::http::portal) nothing: &'static str,
    /// States to choose from, with their words.
    pub(in crate::http::portal) states: &'static [(&'static str, &'static str)],
    pub(in crate::http::portal) attention: Attention,
    /// How one more is made, for who may.
    pub(in crate::http::portal) action: Action,
    pub(in crate::http::portal) rows: Vec<OrderRow>,
    pub(in crate::http::portal) months: Vec<Link>,
}

impl Listed {
    /// The page.
    pub(in crate::http::portal) async fn answer(
        self,
        state: &State,
        visitor: &Visitor,
        asked: &Asked,
        (counts, next): (Incoming, Option<&Key>),
    ) -> Result<HttpResponse, PageError> {
        let of_frame = visitor.counts(state).await?;
        let pairs = [("q", asked.q.as_str()), ("state", asked.state.as_str())];
        let may = visitor.can(Right::PlaceOrders);
        let waiting = match visitor.scope() {
            CallerScope::Finance(_) => "Waits for the platform",
            _ => "Waits for you",
        };
        let states = std::iter::once((WAITING, waiting)).chain(self.states.iter().copied());
        html(&OrdersPage {
            frame: frame(state, visitor, Place::Orders, self.what, &of_frame),
            attention: self.attention,
            actions: may
                .then(|| self.action.icon(Icon::Add).primary())
                .into_iter()
                .collect(),
            tabs: tabs(self.is_orders, counts),
            what: self.what,
            nothing: self.nothing,
            filter: filter(
                self.path,
                &asked.q,
                "Number, serial or tracking",
                vec![select("state", "State", "Every state", &asked.state, states)],
            ),
            with_distributor: !is_distributor(visitor),
            rows: self.rows,
            pager: pager(self.path, &pairs, &asked.after, next, String::new()),
            months: self.months,
        })
    }
}

/// Orders and returns as the two sides of the same.
fn tabs(is_orders: bool, counts: Incoming) -> Vec<Tab> {
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

/// Whose it is, for who sees more than their own.
pub(in crate::http::portal) fn of_distributor(
    visitor: &Visitor,
    id: DistributorId,
    name: &str,
) -> Option<Link> {
    (!is_distributor(visitor)).then(|| Link::to(name, format!("/distributors/{id}")))
}

/// An order in the list.
fn row(visitor: &Visitor, now: DateTime<Utc>, order: &Order) -> OrderRow {
    OrderRow {
        href: format!("/orders/{}", order.id),
        number: order.number.clone(),
        what: about(order),
        distributor: of_distributor(visitor, order.distributor, &order.distributor_name),
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
