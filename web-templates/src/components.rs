//! Larger parts that pages are made of: facts, a history, steps, progress, tabs, notes, labels. The macros that draw them lie in
//! `templates/parts/components.html`; `/style` shows each in all its states.

use std::fmt;

use vitals::Kind;

use crate::icon::Icon;
use crate::parts::{Battery, Signal, Tag, Tone, When};

/// One line of a card of facts: a name and what is known.
#[derive(Debug, Clone)]
pub struct Fact {
    /// What it is, for example `IMEI`.
    pub label: String,
    /// What is known.
    pub value: FactValue,
    /// A quieter word behind it; may be empty.
    pub note: String,
    /// Whether a button copies the value.
    pub copy: bool,
}

/// What a [`Fact`] says.
#[derive(Debug, Clone)]
pub enum FactValue {
    /// Words.
    Text(String),
    /// A serial, an address, a key: figures that are compared one by one.
    Code(String),
    /// A moment.
    Time(When),
    /// A state.
    Tag(Tag),
    /// Something that has a page of its own.
    Link {
        /// Its name.
        text: String,
        /// Where it leads.
        href: String,
    },
    /// A charge.
    Battery(Battery),
    /// A radio signal.
    Signal(Signal),
    /// Nothing, and how that is said, for example `never`.
    Nothing(String),
}

impl Fact {
    fn new(label: &str, value: FactValue) -> Self {
        Self {
            label: label.to_owned(),
            value,
            note: String::new(),
            copy: false,
        }
    }

    /// Words.
    pub fn text(label: &str, value: impl Into<String>) -> Self {
        Self::new(label, FactValue::Text(value.into()))
    }

    /// Words, or `–` where there are none.
    pub fn maybe(label: &str, value: Option<impl Into<String>>) -> Self {
        match value.map(Into::into).filter(|value: &String| !value.is_empty()) {
            Some(value) => Self::text(label, value),
            None => Self::nothing(label, "–"),
        }
    }

    /// A serial, an address, a key.
    pub fn code(label: &str, value: impl Into<String>) -> Self {
        Self::new(label, FactValue::Code(value.into()))
    }

    /// The same, or `–` where there is none.
    pub fn maybe_code(label: &str, value: Option<impl Into<String>>) -> Self {
        match value.map(Into::into).filter(|value: &String| !value.is_empty()) {
            Some(value) => Self::code(label, value),
            None => Self::nothing(label, "–"),
        }
    }

    /// A moment, or `never` where it has not come.
    pub fn time(label: &str, at: Option<When>) -> Self {
        match at {
            Some(at) => Self::new(label, FactValue::Time(at)),
            None => Self::nothing(label, "never"),
        }
    }

    /// A state.
    pub fn tag(label: &str, tag: Tag) -> Self {
        Self::new(label, FactValue::Tag(tag))
    }

    /// Something that has a page of its own.
    pub fn link(label: &str, text: impl Into<String>, href: impl Into<String>) -> Self {
        Self::new(
            label,
            FactValue::Link {
                text: text.into(),
                href: href.into(),
            },
        )
    }

    /// A charge, or `–` where the device does not tell.
    pub fn battery(label: &str, battery: Option<Battery>) -> Self {
        match battery {
            Some(battery) => Self::new(label, FactValue::Battery(battery)),
            None => Self::nothing(label, "–"),
        }
    }

    /// A signal, or `–` where the device does not tell.
    pub fn signal(label: &str, signal: Option<Signal>) -> Self {
        match signal {
            Some(signal) => Self::new(label, FactValue::Signal(signal)),
            None => Self::nothing(label, "–"),
        }
    }

    /// Nothing, in these words.
    pub fn nothing(label: &str, words: impl Into<String>) -> Self {
        Self::new(label, FactValue::Nothing(words.into()))
    }

    /// With a quieter word behind it.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// With a button that copies it.
    #[must_use]
    pub fn copied(mut self) -> Self {
        self.copy = true;
        self
    }
}

/// Whether it is a key's fingerprint, which is set in lines of eight bytes.
pub(crate) fn is_print(text: &str) -> bool {
    text.split(':').count() > 8 && text.split(':').all(|byte| byte.len() == 2)
}

/// A card of facts.
#[derive(Debug, Clone)]
pub struct FactCard {
    /// Its title, for example `Identity`.
    pub title: String,
    /// Its lines.
    pub facts: Vec<Fact>,
    /// Where they are changed, where this person may.
    pub edit: Option<String>,
}

impl FactCard {
    /// A card that cannot be changed here.
    pub fn new(title: impl Into<String>, facts: Vec<Fact>) -> Self {
        Self {
            title: title.into(),
            facts,
            edit: None,
        }
    }

    /// With a link to the form that changes it.
    #[must_use]
    pub fn edit(mut self, href: impl Into<String>) -> Self {
        self.edit = Some(href.into());
        self
    }
}

/// A name that may lead somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The name.
    pub text: String,
    /// Where it leads; none where this person may not open it.
    pub href: Option<String>,
}

impl Link {
    /// A name that leads somewhere.
    pub fn to(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            href: Some(href.into()),
        }
    }

    /// A name only.
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            href: None,
        }
    }
}

/// One entry of a history, newest first: what happened, who did it, when.
#[derive(Debug, Clone)]
pub struct TimelineEntry {
    /// What happened, for example `Placed with a customer`.
    pub title: String,
    /// With whom, where that has a page.
    pub subject: Option<Link>,
    /// What else is to be said; may be empty.
    pub detail: String,
    /// Who did it; may be empty.
    pub who: String,
    /// When.
    pub at: When,
    /// How it looks: [`Tone::Ok`] for what holds now, [`Tone::Quiet`] for what is over.
    pub tone: Tone,
}

/// One step of a known way, for example of an order.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its name, for example `Shipped`.
    pub label: String,
    /// When it was done, where that is known.
    pub at: Option<When>,
    /// What is said about it, for example `UPS 1Z 999…`; may be empty.
    pub note: String,
    /// How far it is.
    pub state: StepState,
}

/// How far a [`Step`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StepState {
    /// Behind us.
    Done,
    /// Here.
    Now,
    /// To come.
    #[default]
    Later,
    /// Stopped here, and a person should look.
    Stuck,
}

impl StepState {
    /// Its class in the stylesheet.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Now => "now",
            Self::Later => "later",
            Self::Stuck => "stuck",
        }
    }

    /// For screen readers.
    pub const fn spoken(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Now => "current",
            Self::Later => "to come",
            Self::Stuck => "stopped",
        }
    }
}

impl Step {
    /// The steps of a way of which `done` are behind us; the next one is where we are.
    pub fn way(labels: &[&str], done: usize) -> Vec<Self> {
        labels
            .iter()
            .enumerate()
            .map(|(index, label)| Self {
                label: (*label).to_owned(),
                at: None,
                note: String::new(),
                state: match index {
                    _ if index < done => StepState::Done,
                    _ if index == done => StepState::Now,
                    _ => StepState::Later,
                },
            })
            .collect()
    }
}

/// How far something is that takes a while.
#[derive(Debug, Clone)]
pub struct Progress {
    /// What it is, for example `Importing devices`.
    pub label: String,
    /// How many are done.
    pub done: u64,
    /// How many there are.
    pub total: u64,
    /// A line below; may be empty.
    pub note: String,
}

impl Progress {
    /// In percent, whole.
    pub fn percent(&self) -> u64 {
        match self.total {
            0 => 100,
            total => (self.done.min(total).saturating_mul(100)) / total,
        }
    }
}

/// One of the pages that lie beside each other.
#[derive(Debug, Clone)]
pub struct Tab {
    /// Its name.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// Whether it is the one shown.
    pub active: bool,
    /// How many there are, written out.
    pub count: Option<String>,
}

impl Tab {
    /// A tab without a count.
    pub fn new(label: impl Into<String>, href: impl Into<String>, active: bool) -> Self {
        Self {
            label: label.into(),
            href: href.into(),
            active,
            count: None,
        }
    }

    /// With a count.
    #[must_use]
    pub fn count(mut self, count: u64) -> Self {
        self.count = Some(crate::text::grouped(count));
        self
    }
}

/// What somebody wrote, or what the platform noted by itself.
#[derive(Debug, Clone)]
pub struct Comment {
    /// Who; empty for the platform itself.
    pub who: String,
    /// One or two letters for them; empty for the platform itself.
    pub initials: String,
    /// From which organization, for example `Meridian Medical Supply`; may be empty.
    pub from: String,
    /// When.
    pub at: When,
    /// The words; line breaks are kept.
    pub text: String,
}

/// A person to speak to.
#[derive(Debug, Clone)]
pub struct Contact {
    /// Their name.
    pub name: String,
    /// What for, for example `billing`; may be empty.
    pub role: String,
    /// Their address; may be empty.
    pub email: String,
    /// Their number; may be empty.
    pub phone: String,
    /// Where it is changed, where this person may.
    pub edit: Option<String>,
}

/// A drawing that the server made itself, for example a QR code. It is written as it is: never from what somebody typed, and
/// without `style` attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Svg(pub String);

impl fmt::Display for Svg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::FastWritable for Svg {
    fn write_into(
        &self,
        destination: &mut dyn fmt::Write,
        _values: &dyn askama::Values,
    ) -> askama::Result<()> {
        destination.write_str(&self.0)?;
        Ok(())
    }
}

impl askama::filters::HtmlSafe for Svg {}

/// A label to be stuck on a device or hub.
#[derive(Debug, Clone)]
pub struct Label {
    /// The QR code, an inline SVG that fills its box.
    pub qr: Svg,
    /// The maker.
    pub maker: String,
    /// The model.
    pub model: String,
    /// The serial.
    pub serial: String,
    /// The code that proves that somebody holds it; may be empty.
    pub code: String,
    /// What it measures; none for a hub.
    pub kind: Option<Kind>,
}

impl Label {
    pub(crate) fn icon(&self) -> Icon {
        self.kind.map_or(Icon::Hubs, Icon::of)
    }
}

impl Battery {
    /// The width of the charge in its drawing, 0 to 14.
    pub fn width(self) -> u8 {
        let percent = u16::from(self.percent.min(100));
        u8::try_from((percent * 14).div_ceil(100)).unwrap_or(14)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_never_leaves_its_bar() {
        let of = |done, total| {
            Progress {
                label: String::new(),
                done,
                total,
                note: String::new(),
            }
            .percent()
        };
        assert_eq!(
            [
                of(0, 3),
                of(1, 3),
                of(3, 3),
                of(9, 3),
                of(0, 0),
                of(u64::MAX, u64::MAX)
            ],
            [0, 33, 100, 100, 100, 1]
        );
    }

    #[test]
    fn a_way_is_at_one_step() {
        let states: Vec<_> = Step::way(&["Ordered", "Shipped", "Received"], 1)
            .iter()
            .map(|step| step.state)
            .collect();
        assert_eq!(states, [StepState::Done, StepState::Now, StepState::Later]);
    }

    #[test]
    fn what_is_not_known_is_said_so() {
        assert!(matches!(Fact::maybe("IMEI", Some("")).value, FactValue::Nothing(words) if words == "–"));
        assert!(matches!(Fact::time("Last seen", None).value, FactValue::Nothing(words) if words == "never"));
    }
}
