//! A reading in a table, the four dots of its way, and its trace.

use askama::Template;
use vitals::Proof;

use crate::frame::Frame;
use crate::parts::{Tone, Value, When};
use crate::text;

/// One row of the table of readings; also the fragment of a live event.
#[derive(Debug, Clone, Template)]
#[template(path = "reading/row.html")]
pub struct ReadingRow {
    /// The reading's id.
    pub id: String,
    /// When it was measured ([`When::clock`]).
    pub measured: When,
    /// One cell for each of [`crate::pages::device::columns`].
    pub cells: Vec<Cell>,
    /// What is to be said about it.
    pub notes: Vec<Note>,
    /// Its way and when it reached the customer's server.
    pub way: WayCell,
    /// Whether it was taken back: it stays, struck through.
    pub withdrawn: bool,
}

/// One value in a row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cell {
    /// For example `131`, `HI` or nothing.
    pub text: String,
    /// Whether it lies outside its range.
    pub out: bool,
}

impl Cell {
    /// A value within its range.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            out: false,
        }
    }
}

/// A word about a reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// For example `irregular heartbeat` or `above range`.
    pub text: String,
    /// Whether a person should look.
    pub warn: bool,
}

impl Note {
    /// The note of a quality flag, by its name in `vitals::Quality`.
    pub fn flag(name: &str) -> Self {
        Self {
            text: text::flag(name).to_owned(),
            warn: false,
        }
    }
}

/// The way of a reading in four dots: measured, hub or direct, accepted, delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Whether it came through a hub; else from the device itself or its vendor's cloud.
    pub hub: bool,
    /// How the last step stands.
    pub delivery: Delivery,
}

/// How the delivery of a reading to the customer's server stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// There is no endpoint to deliver to.
    NoEndpoint,
    /// On its way for the first time.
    Waiting,
    /// The server has it, so long after it was accepted.
    Delivered {
        /// Milliseconds.
        ms: u64,
    },
    /// It did not work yet; the next attempt is set.
    Retrying {
        /// When ([`When::ahead`]).
        next: When,
    },
    /// Kept back while the endpoint is disabled.
    Held,
    /// On the dead-letter shelf.
    Failed,
}

impl Delivery {
    /// The words of the last column.
    pub fn text(&self) -> String {
        match self {
            Self::NoEndpoint => "no endpoint".to_owned(),
            Self::Waiting => "on its way".to_owned(),
            Self::Delivered { ms } => text::milliseconds(*ms),
            Self::Retrying { next } => format!("retry {}", next.text),
            Self::Held => "held".to_owned(),
            Self::Failed => "failed".to_owned(),
        }
    }

    /// How the last dot looks.
    pub const fn tone(&self) -> Tone {
        match self {
            Self::NoEndpoint => Tone::Quiet,
            Self::Waiting => Tone::Info,
            Self::Delivered { .. } => Tone::Ok,
            Self::Retrying { .. } | Self::Held | Self::Failed => Tone::Warn,
        }
    }

    const fn spoken(&self) -> &'static str {
        match self {
            Self::NoEndpoint => "no server to deliver to",
            Self::Waiting => "being delivered",
            Self::Delivered { .. } => "delivered",
            Self::Retrying { .. } => "delivery is retried",
            Self::Held => "delivery is held back",
            Self::Failed => "delivery failed",
        }
    }
}

/// The last two cells of a row: the four dots that open the trace, and the words; also the fragment of a live event.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "reading/way.html")]
pub struct WayCell {
    /// The reading's id.
    pub reading_id: String,
    /// Its way.
    pub way: Way,
}

impl WayCell {
    fn spoken(&self) -> String {
        let middle = if self.way.hub {
            "received by the hub"
        } else {
            "sent directly"
        };
        format!(
            "Measured, {middle}, accepted, {}. Open the trace.",
            self.way.delivery.spoken()
        )
    }
}

/// Everything about one reading's way: `GET /readings/{id}/trace` as a fragment for the dialog, and inside of [`ReadingPage`].
#[derive(Debug, Clone, Template)]
#[template(path = "reading/trace.html")]
pub struct TracePage {
    /// The reading's id.
    pub reading_id: String,
    /// What it is, for example `Blood pressure`.
    pub title: String,
    /// Its main value.
    pub value: Value,
    /// The device, for example `Omron HEM-7142T1 · D000017`.
    pub device: String,
    /// When it was measured, with the day and the zone.
    pub measured: String,
    /// What is to be said about it.
    pub notes: Vec<Note>,
    /// Measured, hub received, accepted, event, each attempt of each delivery: in order of time.
    pub steps: Vec<TraceStep>,
    /// How well it is proved.
    pub proof: Proof,
    /// Which credential sent it, in words, for example `Ed25519 key of hub Ward 3 East`.
    pub credential: String,
    /// Whether the hub's signed token lies beside the raw message; none where a hub had no part in it.
    pub jwt_kept: Option<bool>,
    /// Its number in the customer's stream of events.
    pub sequence: Option<i64>,
    /// The zone in which the times are, for example `America/New_York`.
    pub time_zone: String,
    /// Whether it was taken back.
    pub withdrawn: bool,
    /// Whether it is shown in a dialog, which can be closed.
    pub in_dialog: bool,
}

impl TracePage {
    const fn proof_words(&self) -> &'static str {
        match self.proof {
            Proof::HubSigned => "Signed by the hub",
            Proof::DeviceToken => "Device's own token",
            Proof::VendorAsserted => "Stated by the vendor's cloud",
        }
    }
}

/// `GET /readings/{id}/trace` as a page of its own: opened in a tab, by a link that was sent, or without scripts.
#[derive(Debug, Clone, Template)]
#[template(path = "reading/page.html")]
pub struct ReadingPage {
    /// The frame.
    pub frame: Frame,
    /// The page of its device, where that is still seen.
    pub device: Option<String>,
    /// The way.
    pub trace: TracePage,
}

/// One step on a reading's way.
#[derive(Debug, Clone)]
pub struct TraceStep {
    /// For example `Accepted` or `Attempt 2`.
    pub name: String,
    /// What more there is to say, for example `503 Service Unavailable`; may be empty.
    pub detail: String,
    /// When, to the millisecond, in the reader's zone, for example `17:26:03.418`; with the day where that is another one
    /// than the step's before.
    pub at: String,
    /// How long after the step before, for example `+43 ms`; may be empty.
    pub after: String,
    /// How it went.
    pub tone: Tone,
}
