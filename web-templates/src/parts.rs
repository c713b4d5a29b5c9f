//! The few parts that pages are made of: a tile, a tag, a value, a time, a filter.

use std::fmt::{Display, Write as _};

use chrono::{DateTime, TimeDelta, TimeZone, Utc};

use crate::text;

/// How something is coloured. Warm means one thing only: a person should look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Nothing to notice.
    #[default]
    Quiet,
    /// Well.
    Ok,
    /// New, or waiting for something that comes by itself.
    Info,
    /// A person should look.
    Warn,
}

impl Tone {
    /// Its class in the stylesheet.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::Ok => "ok",
            Self::Info => "info",
            Self::Warn => "warn",
        }
    }
}

/// A word about a state, in a coloured pill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// The word, for example `active`.
    pub text: String,
    /// Its colour.
    pub tone: Tone,
}

impl Tag {
    /// A tag of this text and tone.
    pub fn new(text: impl Into<String>, tone: Tone) -> Self {
        Self {
            text: text.into(),
            tone,
        }
    }
}

/// A measured or counted value: large figures with a small unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// The figures, for example `131` or `HI`.
    pub number: String,
    /// What stands after the slash, for example the diastolic pressure.
    pub second: Option<String>,
    /// The unit or a word, for example `mmHg`, `of 28 expected`; may be empty.
    pub unit: String,
}

impl Value {
    /// One number with its unit.
    pub fn new(number: impl Into<String>, unit: impl Into<String>) -> Self {
        Self {
            number: number.into(),
            second: None,
            unit: unit.into(),
        }
    }

    /// Two numbers with a slash between them.
    pub fn pair(first: impl Into<String>, second: impl Into<String>, unit: impl Into<String>) -> Self {
        Self {
            number: first.into(),
            second: Some(second.into()),
            unit: unit.into(),
        }
    }
}

/// A tile: a label, a large value, a line below.
#[derive(Debug, Clone)]
pub struct Stat {
    /// What it is, for example `7-day mean`.
    pub label: String,
    /// The value; `–` where there is none.
    pub value: Value,
    /// A line below; may be empty.
    pub note: String,
    /// Of when it is, where that is said.
    pub when: Option<When>,
    /// Whether the value itself says how long ago that was: then the time stands beside the label on paper alone.
    pub tells_when: bool,
    /// Whether a person should look.
    pub warn: bool,
    /// A bar below, 0 to 100.
    pub percent: Option<u8>,
    /// A small curve below.
    pub spark: Option<Spark>,
}

impl Stat {
    /// A plain tile.
    pub fn new(label: impl Into<String>, value: Value, note: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            value,
            note: note.into(),
            when: None,
            tells_when: false,
            warn: false,
            percent: None,
            spark: None,
        }
    }

    /// With when it was, beside its label.
    #[must_use]
    pub fn of(mut self, when: When) -> Self {
        self.when = Some(when);
        self
    }

    /// A tile whose value says how long ago something was: `3` `min ago`; `never` where it was not.
    pub fn ago<Z: TimeZone>(
        label: impl Into<String>,
        at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
        zone: &Z,
        note: impl Into<String>,
    ) -> Self
    where
        Z::Offset: Display,
    {
        let Some(at) = at else {
            return Self::new(label, Value::new("never", ""), note);
        };
        let when = When::ago(at, now, zone);
        let in_parts = when
            .text
            .split_once(' ')
            .filter(|_| when.text.starts_with(|c: char| c.is_ascii_digit()));
        let (number, unit) = in_parts.unwrap_or((&when.text, ""));
        let mut stat = Self::new(label, Value::new(number, unit), note);
        stat.tells_when = true;
        stat.of(when)
    }

    /// Marks it for a person where `warn` holds.
    #[must_use]
    pub fn warn_if(mut self, warn: bool) -> Self {
        self.warn = warn;
        self
    }

    /// With a bar below, 0 to 100.
    #[must_use]
    pub fn with_percent(mut self, percent: u8) -> Self {
        self.percent = Some(percent.min(100));
        self
    }

    /// With a small curve below.
    #[must_use]
    pub fn with_spark(mut self, points: Vec<f64>) -> Self {
        self.spark = Some(Spark { points });
        self
    }
}

/// A small curve without axes.
#[derive(Debug, Clone)]
pub struct Spark {
    /// The values in order of time, evenly spaced.
    pub points: Vec<f64>,
}

impl Spark {
    /// The path in a box of 200 × 34.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a curve has a few hundred points at most"
    )]
    pub fn path(&self) -> String {
        let low = self.points.iter().copied().fold(f64::INFINITY, f64::min);
        let high = self.points.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let range = if high > low { high - low } else { 1.0 };
        let step = 200.0 / self.points.len().saturating_sub(1).max(1) as f64;
        let mut path = String::new();
        for (index, value) in self.points.iter().enumerate() {
            let command = if index == 0 { 'M' } else { 'L' };
            // Writing to a String cannot fail.
            let _ = write!(
                path,
                "{command}{:.1} {:.1}",
                index as f64 * step,
                30.0 - (value - low) / range * 26.0
            );
        }
        path
    }
}

/// A moment as shown: short text, the exact time on demand, and the machine's form for the script that keeps it fresh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    /// The short text, for example `2 min ago` or `Fri 17:26`.
    pub text: String,
    /// The exact time in the reader's zone.
    pub title: String,
    /// The time on paper, which does not say when it was printed: the day, the clock and the zone.
    pub paper: String,
    /// RFC 3339 in UTC.
    pub iso: String,
    /// Whether the text says how long ago, so that the script counts on.
    pub relative: bool,
}

impl When {
    /// How long ago, whatever the distance: `2 min ago`, `3 h ago`, `2 days ago`.
    pub fn ago<Z: TimeZone>(at: DateTime<Utc>, now: DateTime<Utc>, zone: &Z) -> Self
    where
        Z::Offset: Display,
    {
        Self::with(text::ago(at, now), true, at, zone)
    }

    /// How long ago within the hour, else the clock: `2 min ago`, `Fri 17:26`, `Nov 2, 17:26`.
    pub fn clock<Z: TimeZone>(at: DateTime<Utc>, now: DateTime<Utc>, zone: &Z) -> Self
    where
        Z::Offset: Display,
    {
        let passed = now - at;
        if passed >= TimeDelta::zero() && passed < TimeDelta::hours(1) {
            return Self::ago(at, now, zone);
        }
        let format = if passed.abs() < TimeDelta::days(6) {
            "%a %H:%M"
        } else {
            "%b %-d, %H:%M"
        };
        let text = at.with_timezone(zone).format(format).to_string();
        Self::with(text, false, at, zone)
    }

    /// The day alone: `Feb 28, 2026`.
    pub fn day<Z: TimeZone>(at: DateTime<Utc>, zone: &Z) -> Self
    where
        Z::Offset: Display,
    {
        let text = at.with_timezone(zone).format("%b %-d, %Y").to_string();
        Self {
            paper: text.clone(),
            ..Self::with(text, false, at, zone)
        }
    }

    /// The day, the clock and the zone: `Feb 28, 2026, 17:26 EST`.
    pub fn full<Z: TimeZone>(at: DateTime<Utc>, zone: &Z) -> Self
    where
        Z::Offset: Display,
    {
        let mut when = Self::with(String::new(), false, at, zone);
        when.text.clone_from(&when.paper);
        when
    }

    /// How long until then: `in 4 min`; `now` where it has passed.
    pub fn ahead<Z: TimeZone>(at: DateTime<Utc>, now: DateTime<Utc>, zone: &Z) -> Self
    where
        Z::Offset: Display,
    {
        let text = if at <= now {
            "now".to_owned()
        } else {
            format!("in {}", text::span(at - now))
        };
        Self::with(text, false, at, zone)
    }

    fn with<Z: TimeZone>(text: String, relative: bool, at: DateTime<Utc>, zone: &Z) -> Self
    where
        Z::Offset: Display,
    {
        Self {
            text,
            title: at
                .with_timezone(zone)
                .format("%A, %B %-d, %Y, %H:%M:%S %Z")
                .to_string(),
            paper: at.with_timezone(zone).format("%b %-d, %Y, %H:%M %Z").to_string(),
            iso: at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
            relative,
        }
    }
}

/// A battery's charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Battery {
    /// In percent.
    pub percent: u8,
    /// Whether it wants changing.
    pub low: bool,
}

/// A radio signal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    /// 0 (none) to 4 (full).
    pub bars: u8,
    /// In full, for example `−71 dBm`.
    pub title: String,
}

/// The first line of a home page: what wants a person, or that nothing does.
#[derive(Debug, Clone)]
pub struct Attention {
    /// Each for itself, for example `2 devices are silent`.
    pub items: Vec<Wanting>,
    /// The line where there is nothing: no more than was looked for.
    pub nothing: String,
}

/// One thing that wants a person, in the first line of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanting {
    /// How many of what.
    pub text: String,
    /// Where they are shown; empty where that is this page.
    pub href: String,
}

impl Attention {
    /// From counts with their words; a zero says nothing.
    pub fn of(counts: &[(u64, &str, &str)]) -> Self {
        let here = counts.iter().map(|(count, one, many)| (*count, *one, *many, ""));
        Self::leading(&here.collect::<Vec<_>>())
    }

    /// The same, each with where it leads.
    pub fn leading(counts: &[(u64, &str, &str, &str)]) -> Self {
        let items = counts.iter().filter(|(count, ..)| *count > 0);
        Self {
            items: items
                .map(|(count, one, many, href)| Wanting {
                    text: text::counted(*count, one, many),
                    href: (*href).to_owned(),
                })
                .collect(),
            nothing: "Nothing wants your attention.".to_owned(),
        }
    }

    /// With other words for nothing, where not everything was looked for.
    #[must_use]
    pub fn or(mut self, nothing: impl Into<String>) -> Self {
        self.nothing = nothing.into();
        self
    }

    /// The whole line.
    pub fn line(&self) -> String {
        let texts: Vec<&str> = self.items.iter().map(|item| item.text.as_str()).collect();
        match texts.split_last() {
            None => self.nothing.clone(),
            Some((only, [])) => format!("{only}."),
            Some((last, rest)) => format!("{} and {last}.", rest.join(", ")),
        }
    }
}

/// One entry of a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is sent; empty for `all`.
    pub value: String,
    /// What is shown.
    pub label: String,
    /// Whether it is chosen.
    pub selected: bool,
}

/// A choice within a filter.
#[derive(Debug, Clone)]
pub struct Select {
    /// The field's name in the query, for example `kind`.
    pub name: String,
    /// What it is, for screen readers.
    pub label: String,
    /// The entries, the one for `all` first.
    pub choices: Vec<Choice>,
}

/// The filter above a list: a GET form whose answer replaces the list in place.
#[derive(Debug, Clone)]
pub struct Filter {
    /// The page itself, for example `/devices`.
    pub action: String,
    /// What was typed into `q`.
    pub q: String,
    /// What `q` looks into, for example `Serial, model or hub`.
    pub placeholder: String,
    /// The choices beside it.
    pub selects: Vec<Select>,
}

impl Filter {
    /// Whether anything is filtered at all.
    pub fn is_active(&self) -> bool {
        !self.q.is_empty()
            || self
                .selects
                .iter()
                .flat_map(|select| &select.choices)
                .any(|choice| choice.selected && !choice.value.is_empty())
    }
}

/// What stands below a list that goes on.
#[derive(Debug, Clone, Default)]
pub struct Pager {
    /// For example `50 of 231 devices`; may be empty.
    pub text: String,
    /// The first page, where this is not it.
    pub first: Option<String>,
    /// The next page, with its cursor.
    pub next: Option<String>,
}

#[cfg(test)]
mod tests {
    use chrono::FixedOffset;

    use super::*;

    #[test]
    fn attention_is_a_sentence() {
        let words = |silent, low, hubs| {
            Attention::of(&[
                (silent, "device is silent", "devices are silent"),
                (low, "battery is low", "batteries are low"),
                (hubs, "hub waits for you", "hubs wait for you"),
            ])
            .line()
        };
        assert_eq!(words(0, 0, 0), "Nothing wants your attention.");
        let none = Attention::of(&[(0, "hub is silent", "hubs are silent")]).or("No hub is silent.");
        assert_eq!(none.line(), "No hub is silent.");
        assert_eq!(words(1, 0, 0), "1 device is silent.");
        assert_eq!(words(2, 1, 0), "2 devices are silent and 1 battery is low.");
        assert_eq!(
            words(2, 1, 3),
            "2 devices are silent, 1 battery is low and 3 hubs wait for you."
        );
    }

    #[test]
    fn a_moment_is_shown_in_the_readers_zone() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let zone = FixedOffset::west_opt(5 * 3_600).unwrap();
        let now = at("2026-11-20T22:30:00Z");
        assert_eq!(
            When::clock(at("2026-11-20T22:28:00Z"), now, &zone).text,
            "2 min ago"
        );
        let friday = When::clock(at("2026-11-20T13:01:00Z"), now, &zone);
        assert_eq!((friday.text.as_str(), friday.relative), ("Fri 08:01", false));
        assert_eq!(friday.title, "Friday, November 20, 2026, 08:01:00 -05:00");
        assert_eq!(
            When::clock(at("2026-11-02T13:01:00Z"), now, &zone).text,
            "Nov 2, 08:01"
        );
        assert_eq!(When::day(at("2026-03-01T02:00:00Z"), &zone).text, "Feb 28, 2026");
        assert_eq!(
            When::ahead(at("2026-11-20T22:34:10Z"), now, &zone).text,
            "in 4 min"
        );
    }

    #[test]
    fn a_flat_curve_is_still_a_curve() {
        let spark = Spark {
            points: vec![3.0, 3.0],
        };
        assert_eq!(spark.path(), "M0.0 30.0L200.0 30.0");
        assert_eq!(Spark { points: vec![] }.path(), "");
    }
}
