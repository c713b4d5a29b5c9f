//! A distributor's own pages: what wants a person, and the stock. Never a measurement.

use askama::Template;
use vitals::Kind;

use crate::actions::Action;
use crate::components::Link;
use crate::frame::Frame;
use crate::icon::Icon;
use crate::pages::registry::customers::CustomerRow;
use crate::pages::registry::devices::HeldDeviceRow;
use crate::parts::{Attention, Filter, Pager, Stat, Tag, When};

/// `GET /portfolio`: a distributor's first page.
#[derive(Debug, Clone, Template)]
#[template(path = "portfolio.html")]
pub struct PortfolioPage {
    /// The frame.
    pub frame: Frame,
    /// The first line: silent, low battery, weak signal, hubs.
    pub attention: Attention,
    /// What can be done, for example adding a customer.
    pub actions: Vec<Action>,
    /// The tiles: devices placed, heard today, wanting a person, in stock.
    pub stats: Vec<Stat>,
    /// The devices that want a person, the longest silent first.
    pub wants: Vec<HeldDeviceRow>,
    /// Where all of them are shown.
    pub wants_href: String,
    /// The customers with the most to look at.
    pub customers: Vec<CustomerRow>,
    /// The stock's last movements, newest first.
    pub movements: Vec<MovementRow>,
    /// The stock's page, for who may see it.
    pub stock_href: Option<String>,
}

/// `GET /stock?q=&kind=&after=`: what lies in a distributor's stock.
#[derive(Debug, Clone, Template)]
#[template(path = "stock.html")]
pub struct StockPage {
    /// The frame.
    pub frame: Frame,
    /// The first line.
    pub attention: Attention,
    /// What can be done: order, import, print labels.
    pub actions: Vec<Action>,
    /// The tiles: in stock by kind, on its way, returned.
    pub stats: Vec<Stat>,
    /// How many of each model lie here.
    pub models: Vec<StockModelRow>,
    /// The filter above the movements: `q`, `kind`.
    pub filter: Filter,
    /// The movements of this page, newest first.
    pub movements: Vec<MovementRow>,
    /// What follows.
    pub pager: Pager,
}

/// How many of a model lie in the stock.
#[derive(Debug, Clone)]
pub struct StockModelRow {
    /// What it measures; none for a hub.
    pub kind: Option<Kind>,
    /// Maker and model.
    pub model: String,
    /// How many lie here.
    pub in_stock: u64,
    /// How many are on their way here.
    pub incoming: u64,
    /// How many are placed with customers.
    pub placed: u64,
    /// The devices themselves.
    pub href: String,
}

/// A device or hub that came or went.
#[derive(Debug, Clone)]
pub struct MovementRow {
    /// When it took effect.
    pub at: When,
    /// When it was written down, where that was later; by this the list is sorted.
    pub entered: Option<When>,
    /// What happened, for example `placed`, `returned`, `received`.
    pub what: Tag,
    /// What it measures; none for a hub.
    pub kind: Option<Kind>,
    /// Its maker and model.
    pub model: String,
    /// Its serial with its page.
    pub serial: Link,
    /// From where, for example `stock`; may be empty.
    pub from: String,
    /// To whom; may be empty.
    pub to: String,
    /// Who did it; may be empty.
    pub who: String,
}

impl StockModelRow {
    fn icon(&self) -> Icon {
        self.kind.map_or(Icon::Hubs, Icon::of)
    }

    fn sort(&self) -> &'static str {
        self.kind.map_or("Hub", Kind::label)
    }
}

impl MovementRow {
    fn icon(&self) -> Icon {
        self.kind.map_or(Icon::Hubs, Icon::of)
    }

    fn sort(&self) -> &'static str {
        self.kind.map_or("Hub", Kind::label)
    }
}
