//! Orders of devices and hubs: what a distributor wants from the platform, what it sends back, and how far each is. On both
//! portals at the same addresses.

use askama::Template;
use vitals::Kind;

use crate::actions::Action;
use crate::components::{Comment, FactCard, Link, Step, Tab, TimelineEntry};
use crate::forms::Form;
use crate::frame::Frame;
use crate::icon::Icon;
use crate::parts::{Attention, Filter, Pager, Tag, When};

/// `GET /orders?q=&state=&after=`, and `GET /returns` likewise.
#[derive(Debug, Clone, Template)]
#[template(path = "orders.html")]
pub struct OrdersPage {
    /// The frame.
    pub frame: Frame,
    /// The first line.
    pub attention: Attention,
    /// What can be done, for example ordering.
    pub actions: Vec<Action>,
    /// Orders and returns, of which one is shown.
    pub tabs: Vec<Tab>,
    /// What is listed: `Orders` or `Returns`.
    pub what: &'static str,
    /// What is said where there are none at all.
    pub nothing: &'static str,
    /// The filter: `q`, `state`.
    pub filter: Filter,
    /// Whether the distributor has a column: not on its own page.
    pub with_distributor: bool,
    /// The orders of this page, the newest first.
    pub rows: Vec<OrderRow>,
    /// What follows.
    pub pager: Pager,
    /// Months of which one can have what came into stock and what went back, as files; none: no such part of the page.
    pub months: Vec<Link>,
}

/// An order in the list.
#[derive(Debug, Clone)]
pub struct OrderRow {
    /// Its page.
    pub href: String,
    /// Its number, for example `2026-0142`.
    pub number: String,
    /// What it is about, for example `40 devices, 2 hubs`.
    pub what: String,
    /// Whose it is.
    pub distributor: Option<Link>,
    /// How far it is, for example `shipped`.
    pub state: Tag,
    /// When it was ordered.
    pub ordered: When,
    /// When it changed last.
    pub changed: When,
}

/// `GET /orders/{id}`, and `GET /returns/{id}`, which has no lines.
#[derive(Debug, Clone, Template)]
#[template(path = "order.html")]
pub struct OrderPage {
    /// The frame; its title names the order.
    pub frame: Frame,
    /// How far it is.
    pub state: Tag,
    /// Whose it is; none on its distributor's own page.
    pub distributor: Option<Link>,
    /// What a person should know first, a sentence each.
    pub warnings: Vec<String>,
    /// Buttons at the top.
    pub actions: Vec<Action>,
    /// Its way: ordered, allocated, shipped, received, in stock.
    pub steps: Vec<Step>,
    /// What was ordered.
    pub lines: Vec<OrderLine>,
    /// The devices and hubs that were allocated, the first ones.
    pub items: Vec<OrderItem>,
    /// How many there are in all.
    pub item_count: u64,
    /// The next step with its form, and what else can be done: allocate, ship, receive, cancel, return.
    pub moves: Vec<Action>,
    /// Cards of facts: delivery, carrier.
    pub cards: Vec<FactCard>,
    /// What happened, newest first.
    pub history: Vec<TimelineEntry>,
    /// What people wrote, oldest first.
    pub notes: Vec<Comment>,
    /// The form for another note.
    pub note_form: Option<Form>,
}

/// So many of a model.
#[derive(Debug, Clone)]
pub struct OrderLine {
    /// What it measures; none for a hub.
    pub kind: Option<Kind>,
    /// Maker and model.
    pub model: String,
    /// How many were ordered.
    pub ordered: u64,
    /// How many have a serial.
    pub allocated: u64,
    /// How many arrived.
    pub received: u64,
    /// What else is to be said, for example how many lie in the inventory; may be empty.
    pub note: String,
}

/// A device or hub of an order.
#[derive(Debug, Clone)]
pub struct OrderItem {
    /// What it measures; none for a hub.
    pub kind: Option<Kind>,
    /// Maker and model.
    pub model: String,
    /// Its serial with its page.
    pub serial: Link,
    /// How it stands, for example `received`, `missing`.
    pub state: Tag,
}

impl OrdersPage {
    /// What began it.
    fn began(&self) -> &'static str {
        if self.what == "Returns" {
            "Asked"
        } else {
            "Ordered"
        }
    }
}

impl OrderLine {
    fn icon(&self) -> Icon {
        self.kind.map_or(Icon::Hubs, Icon::of)
    }
}

impl OrderItem {
    fn icon(&self) -> Icon {
        self.kind.map_or(Icon::Hubs, Icon::of)
    }
}

impl OrderPage {
    fn hidden_items(&self) -> u64 {
        self.item_count.saturating_sub(self.items.len() as u64)
    }
}
