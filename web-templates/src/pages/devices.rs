//! A customer's first page: what wants a person, and every device.

use askama::Template;
use vitals::Kind;

use crate::actions::Action;
use crate::frame::Frame;
use crate::icon::Icon;
use crate::parts::{Attention, Filter, Pager, Signal, Stat, Tag, Value, When};

/// `GET /devices?q=&kind=&state=&after=`.
#[derive(Debug, Clone, Template)]
#[template(path = "devices.html")]
pub struct DevicesPage {
    /// The frame.
    pub frame: Frame,
    /// The first line.
    pub attention: Attention,
    /// What can be done, for example adopting one.
    pub actions: Vec<Action>,
    /// The tiles, four of them.
    pub stats: Vec<Stat>,
    /// The filter: `q`, `kind`, `state`.
    pub filter: Filter,
    /// Whether this person may see measured values: without that the list has no column for them.
    pub values: bool,
    /// The devices of this page, those that want a person first.
    pub rows: Vec<DeviceRow>,
    /// What follows.
    pub pager: Pager,
}

/// One device in the list.
#[derive(Debug, Clone)]
pub struct DeviceRow {
    /// Its id.
    pub id: String,
    /// What it measures.
    pub kind: Kind,
    /// Maker and model, for example `Omron HEM-7142T1`.
    pub model: String,
    /// Its serial.
    pub serial: String,
    /// What the customer calls it, where it does.
    pub reference: Option<String>,
    /// Whether this person may open its page.
    pub opens: bool,
    /// For example `active`, `silent for 3 days`, `inactive`.
    pub state: Tag,
    /// The last reading's main value, where there is one.
    pub headline: Option<Value>,
    /// Whether that value lies outside its range.
    pub out: bool,
    /// When the last reading was measured.
    pub last: Option<When>,
    /// Its signal, where it tells.
    pub signal: Option<Signal>,
    /// How it sends, for example [`Icon::Bluetooth`], [`Icon::Cellular`], [`Icon::Cloud`], [`Icon::Direct`].
    pub via_icon: Icon,
    /// Through what, for example `Ward 3 East` or `cellular`.
    pub via: String,
}
