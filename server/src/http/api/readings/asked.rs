//! What is asked of readings, parameter by parameter: what cannot be taken is named, all of it at once.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use vitals::{Kind, Quality};

use crate::history::store::readings::Wanted;
use crate::http::problem::Problem;
use crate::registry::{Faults, RegistryError};

/// Reads parameters and keeps what is wrong with them.
#[derive(Debug, Default)]
pub(in crate::http::api) struct Asked(Faults);

impl Asked {
    /// A parameter that is one of some words.
    pub(in crate::http::api) fn word<T: FromStr>(
        &mut self,
        field: &'static str,
        text: Option<&str>,
        words: &str,
    ) -> Option<T> {
        self.read(field, text, &format!("must be one of {words}"), |text| {
            text.parse().ok()
        })
    }

    /// A kind of reading.
    pub(in crate::http::api) fn kind(&mut self, text: Option<&str>) -> Option<Kind> {
        let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
        self.word("kind", text, &names.join(", "))
    }

    /// A moment. Where the plus of an offset was not written as `%2B`, a blank has come in its place.
    pub(in crate::http::api) fn time(
        &mut self,
        field: &'static str,
        text: Option<&str>,
    ) -> Option<DateTime<Utc>> {
        let wish = "must be a time with an offset (RFC 3339), as 2026-11-20T08:00:00Z";
        self.read(field, text, wish, |text| {
            let (moment, offset) = text.split_at_checked(text.len().saturating_sub(6))?;
            let told = match offset.strip_prefix(' ') {
                Some(plain) => format!("{moment}+{plain}"),
                None => text.to_owned(),
            };
            DateTime::parse_from_rfc3339(&told).ok().map(|at| at.to_utc())
        })
    }

    /// Both ends of a span of measured times.
    pub(in crate::http::api) fn span(
        &mut self,
        from: Option<&str>,
        until: Option<&str>,
    ) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
        let span = (self.time("from", from), self.time("until", until));
        if let (Some(from), Some(until)) = span
            && from >= until
        {
            self.refuse("until", "must be later than from".to_owned());
        }
        span
    }

    /// Flags that no reading is to carry, with commas between them.
    pub(in crate::http::api) fn without(&mut self, text: Option<&str>) -> Quality {
        let flags = (0..i16::BITS - 1).filter_map(|bit| Quality::from_bits(1 << bit));
        let every = flags.flat_map(Quality::names).collect::<Vec<_>>().join(", ");
        let wish = format!("must be flags with commas between them, of {every}");
        let flags = |text: &str| {
            text.split(',')
                .map(str::trim)
                .try_fold(Quality::NONE, |flags, name| {
                    Quality::from_name(name).ok().map(|flag| flags | flag)
                })
        };
        self.read("without", text, &wish, flags).unwrap_or_default()
    }

    /// A whole number between two.
    pub(in crate::http::api) fn number(
        &mut self,
        field: &'static str,
        text: Option<&str>,
        (least, most): (u16, u16),
    ) -> Option<u16> {
        self.read(field, text, &format!("must be {least} to {most}"), |text| {
            let number = text.parse().ok()?;
            (least..=most).contains(&number).then_some(number)
        })
    }

    /// Something that cannot be taken for what stands beside it.
    pub(in crate::http::api) fn refuse(&mut self, field: &'static str, why: String) {
        self.0.note::<()>(Err(RegistryError::Invalid { field, why }));
    }

    /// Goes on where all of it can be taken.
    ///
    /// # Errors
    /// Everything that cannot.
    pub(in crate::http::api) fn done(self) -> Result<(), Problem> {
        Ok(self.0.told()?)
    }

    /// What is read, or nothing where nothing was said or it cannot be taken.
    pub(in crate::http::api) fn read<T>(
        &mut self,
        field: &'static str,
        text: Option<&str>,
        wish: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = text?;
        let read = parse(text);
        if read.is_none() {
            self.refuse(field, wish.to_owned());
        }
        read
    }
}

/// Of a file, a page, or a chart of readings: all that they have in common, as it was sent.
#[derive(Debug, Default, Clone, Copy)]
pub(in crate::http::api) struct Sent<'a> {
    pub(in crate::http::api) kind: Option<&'a str>,
    pub(in crate::http::api) from: Option<&'a str>,
    pub(in crate::http::api) until: Option<&'a str>,
    pub(in crate::http::api) without: Option<&'a str>,
    pub(in crate::http::api) status: Option<&'a str>,
}

impl Sent<'_> {
    pub(in crate::http::api) fn wanted(self, asked: &mut Asked) -> Wanted {
        let (from, until) = asked.span(self.from, self.until);
        Wanted {
            kind: asked.kind(self.kind),
            from,
            until,
            without: asked.without(self.without),
            status: asked.word("status", self.status, "final, entered_in_error"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Option<String> {
        let read = Asked::default().time("from", Some(text));
        read.map(|at| at.to_rfc3339())
    }

    #[test]
    fn a_time_has_an_offset_and_its_plus_may_be_a_blank() {
        let eight = Some("2026-11-20T07:00:00+00:00".to_owned());
        for text in [
            "2026-11-20T07:00:00Z",
            "2026-11-20T08:00:00+01:00",
            "2026-11-20T08:00:00 01:00",
            "2026-11-20T02:00:00-05:00",
        ] {
            assert_eq!(time(text), eight, "{text}");
        }
        for text in ["", "today", "2026-11-20", "2026-11-20T07:00:00", "ü\u{1F600}ü"] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn all_that_cannot_be_taken_is_told_at_once() {
        let mut asked = Asked::default();
        let sent = Sent {
            kind: Some("mood"),
            from: Some("2026-11-20T00:00:00Z"),
            until: Some("2026-11-20T00:00:00Z"),
            without: Some("test,blur"),
            status: Some("draft"),
        };
        sent.wanted(&mut asked);
        assert_eq!(asked.number("limit", Some("-1"), (1, 1_000)), None);
        let told = asked.0.told().unwrap_err();
        let RegistryError::Faults(faults) = told else {
            panic!("{told:?}")
        };
        let fields: Vec<&str> = faults.iter().map(|fault| fault.field).collect();
        assert_eq!(fields, ["until", "kind", "without", "status", "limit"]);
    }

    #[test]
    fn flags_are_read_together() {
        let flags = Asked::default().without(Some("test, clock_suspect"));
        assert_eq!(flags, Quality::TEST | Quality::CLOCK_SUSPECT);
        assert_eq!(Asked::default().without(None), Quality::NONE);
    }
}
