//! The support desk: cases, and why nothing arrived. Metadata only, never a measurement.

use askama::Template;

use crate::actions::Action;
use crate::components::{Comment, FactCard, Link, TimelineEntry};
use crate::days::DayChart;
use crate::forms::Form;
use crate::frame::Frame;
use crate::icon::Icon;
use crate::pages::admin::{QuarantineRow, RefusalRow};
use crate::parts::{Attention, Filter, Pager, Stat, Tag, Tone, When};

/// `GET /admin/cases?q=&state=&assignee=&after=`, `GET /cases`.
#[derive(Debug, Clone, Template)]
#[template(path = "cases.html")]
pub struct CasesPage {
    /// The frame.
    pub frame: Frame,
    /// The first line.
    pub attention: Attention,
    /// What can be done, for example opening one.
    pub actions: Vec<Action>,
    /// The filter: `q`, `state`, `assignee`.
    pub filter: Filter,
    /// The cases of this page, what changed last first.
    pub rows: Vec<CaseRow>,
    /// What follows.
    pub pager: Pager,
}

/// A case in the list.
#[derive(Debug, Clone)]
pub struct CaseRow {
    /// Its page.
    pub href: String,
    /// What it is about, in words.
    pub title: String,
    /// The picture of its device, hub or customer.
    pub icon: Icon,
    /// The device, hub or customer, for example `D000017`.
    pub subject: String,
    /// Whose that is; may be empty.
    pub holder: String,
    /// How it stands, for example `open`, `waits for you`, `solved`.
    pub state: Tag,
    /// Who looks after it; may be empty.
    pub assignee: String,
    /// When it changed last.
    pub changed: When,
}

/// `GET /admin/cases/{id}`, `GET /cases/{id}`.
#[derive(Debug, Clone, Template)]
#[template(path = "case.html")]
pub struct CasePage {
    /// The frame; its title is what the case is about.
    pub frame: Frame,
    /// How it stands.
    pub state: Tag,
    /// The device, hub or customer that it is about.
    pub subject: Link,
    /// Whose that is.
    pub holder: Option<Link>,
    /// Buttons at the top.
    pub actions: Vec<Action>,
    /// What people wrote, oldest first.
    pub notes: Vec<Comment>,
    /// The form for an answer.
    pub answer: Option<Form>,
    /// What can be done: assign, solve, open again.
    pub moves: Vec<Action>,
    /// Cards of facts: who opened it, the device in short.
    pub cards: Vec<FactCard>,
}

/// `GET /devices/{id}/trouble`, `GET /hubs/{id}/trouble`: why did nothing arrive?
#[derive(Debug, Clone, Template)]
#[template(path = "trouble.html")]
pub struct TroublePage {
    /// The frame; its title is `Why did nothing arrive?`.
    pub frame: Frame,
    /// Which device or hub.
    pub subject: Link,
    /// The answer in a sentence, for example `The device was last heard on Tuesday, with a battery of 9 %.`
    pub verdict: String,
    /// Whether that wants a person.
    pub warn: bool,
    /// Buttons at the top, for example opening a case.
    pub actions: Vec<Action>,
    /// What was looked at, in the order of a reading's way.
    pub checks: Vec<Check>,
    /// Battery and signal at last, readings and late ones.
    pub stats: Vec<Stat>,
    /// Battery, signal, readings or heartbeats, day by day; all of the same days.
    pub days: Vec<DayChart>,
    /// What came late, the newest first.
    pub late: Vec<LateRow>,
    /// Whether nothing came in the last 7 days, late or in time.
    pub nothing_came: bool,
    /// The hub's last heartbeats, the newest first.
    pub beats: Vec<BeatRow>,
    /// Its refusals.
    pub refusals: Vec<RefusalRow>,
    /// What waits in quarantine.
    pub quarantine: Vec<QuarantineRow>,
    /// The last heartbeat and moves, newest first.
    pub events: Vec<TimelineEntry>,
}

/// What came late, without its values.
#[derive(Debug, Clone)]
pub struct LateRow {
    /// When it arrived.
    pub arrived: When,
    /// When it was measured; none: the device's clock cannot be right.
    pub measured: Option<When>,
    /// How long after it was measured, for example `3 h`.
    pub late_by: String,
    /// The hub it came through, or that it came by itself.
    pub way: Link,
}

/// A heartbeat of a hub.
#[derive(Debug, Clone)]
pub struct BeatRow {
    /// When it arrived.
    pub at: When,
    /// How long after the one before, for example `1 min`; empty: none before it is known.
    pub after: String,
    /// Whether that is longer than it should be.
    pub is_gap: bool,
    /// The version of its program.
    pub version: String,
    /// How long that had been running.
    pub up_for: String,
    /// Whether it was started anew since the one before.
    pub restarted: bool,
    /// How many readings waited in it.
    pub waiting: u64,
}

/// One thing that was looked at.
#[derive(Debug, Clone)]
pub struct Check {
    /// What, for example `The device may send`.
    pub title: String,
    /// What was found, for example `Active, its token was used 3 days ago.`
    pub detail: String,
    /// Whether it is well.
    pub tone: Tone,
    /// Where it can be looked at or mended.
    pub link: Option<Link>,
}
