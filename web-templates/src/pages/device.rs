//! A device's page: the chart of its vital sign and every reading with its way.

use askama::Template;
use vitals::{Field, Kind, Units};

use crate::frame::Frame;
use crate::icon::Icon;
use crate::pages::reading::ReadingRow;
use crate::parts::{Battery, Pager, Stat, Tag};
use crate::series::Series;

/// `GET /devices/{id}?kind=&range=7d|24h&after=`.
#[derive(Debug, Clone, Template)]
#[template(path = "device.html")]
pub struct DevicePage {
    /// The frame; its title is the vital sign's name. `live` should hold.
    pub frame: Frame,
    /// The device's id.
    pub id: String,
    /// The vital sign that the page shows.
    pub kind: Kind,
    /// All that the device measures, where it is more than one.
    pub kinds: Vec<KindChoice>,
    /// For example `active`.
    pub state: Tag,
    /// Maker and model.
    pub model: String,
    /// Its serial.
    pub serial: String,
    /// What the customer calls it, where it does.
    pub reference: Option<String>,
    /// How it sends.
    pub via: DeviceVia,
    /// Its battery, where it tells.
    pub battery: Option<Battery>,
    /// The tiles: last reading, 7-day mean, readings, days with data.
    pub stats: Vec<Stat>,
    /// Of what time chart, table and file are.
    pub range: Range,
    /// The chart's text for screen readers, for example `26 readings in 7 days, mean 138 over 86 mmHg`.
    pub summary: String,
    /// What the chart is drawn of; none where the page is fetched for its figures alone.
    pub chart: Option<Series>,
    /// Where one device of the line ended and the next began, a sentence each; empty for one that replaced nothing.
    pub line: Vec<String>,
    /// The units in which the values of the table are.
    pub units: Units,
    /// The readings of the range, newest first.
    pub rows: Vec<ReadingRow>,
    /// What follows.
    pub pager: Pager,
    /// Whether nothing comes any more: the device is somebody else's.
    pub is_over: bool,
    /// The page about the device itself: its identity, its life, what can be done with it.
    pub about: Option<String>,
}

/// A vital sign of a device that measures several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindChoice {
    /// Which.
    pub kind: Kind,
    /// Whether it is the one shown.
    pub selected: bool,
}

/// Through what a device sends.
#[derive(Debug, Clone)]
pub struct DeviceVia {
    /// Its picture.
    pub icon: Icon,
    /// For example `through hub` or `cellular`.
    pub text: String,
    /// The hub's or cloud's name.
    pub name: Option<String>,
    /// Where that is shown.
    pub href: Option<String>,
}

/// How far chart, table and file look back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Range {
    /// 24 hours.
    Day,
    /// 7 days.
    #[default]
    Week,
}

impl Range {
    /// Its value in `?range=`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "24h",
            Self::Week => "7d",
        }
    }

    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Day => "in the last 24 hours",
            Self::Week => "in the last 7 days",
        }
    }
}

/// The fields of a kind that have a column of their own, in order: what [`ReadingRow::cells`] must follow.
pub fn columns(kind: Kind) -> Vec<Field> {
    kind.fields()
        .iter()
        .copied()
        .filter(|field| *field != Field::Mean)
        .collect()
}

impl DevicePage {
    fn columns(&self) -> Vec<Field> {
        columns(self.kind)
    }

    /// A column's unit, where its name does not say it already.
    fn unit(&self, field: Field) -> &'static str {
        let unit = self.units.unit(field);
        let label = field.label().to_lowercase();
        if label.split(' ').any(|word| word.starts_with(unit)) {
            return "";
        }
        unit
    }

    /// Columns in all, for the row that says there is nothing yet.
    fn width(&self) -> usize {
        self.columns().len() + 4
    }
}
