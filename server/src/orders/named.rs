//! What people name of an order or a return: a serial, with the maker before it where two have the same one.

use std::collections::HashMap;

use super::invalid;
use crate::registry::RegistryError;
use crate::registry::errands::Found;

/// What is typed at most: a maker, a model and a serial.
pub(super) const LONGEST: usize = 240;
/// Words before a serial that are looked at, and blanks within one.
const MOST_WORDS: usize = 8;

/// Something that has a serial.
pub(super) trait Called {
    /// Its serial.
    fn serial(&self) -> &str;
    /// Maker and model as people say it.
    fn model(&self) -> &str;
}

impl Called for Found {
    fn serial(&self) -> &str {
        &self.serial
    }

    fn model(&self) -> &str {
        &self.model_name
    }
}

/// The serials that may be meant by what was typed, as they are looked up.
pub(super) fn serials(named: &[String]) -> Vec<String> {
    let all = named.iter().map(|typed| typed.to_ascii_lowercase());
    all.flat_map(|typed| {
        readings(&typed)
            .map(|(_, serial)| serial.to_owned())
            .collect::<Vec<_>>()
    })
    .collect()
}

/// The ways to read what was typed: as a serial, or as the words of a maker and a model and then a serial.
fn readings(typed: &str) -> impl Iterator<Item = (Option<&str>, &str)> {
    let parted = typed.match_indices(' ').take(MOST_WORDS).map(|(at, _)| {
        let (words, serial) = typed.split_at(at);
        (Some(words.trim_end()), serial.trim_start())
    });
    std::iter::once((None, typed)).chain(parted)
}

/// Things by their serials.
#[derive(Debug)]
pub(super) struct Among<T> {
    by_serial: HashMap<String, Vec<T>>,
}

impl<T: Called> Among<T> {
    /// All of them.
    pub(super) fn of(things: impl IntoIterator<Item = T>) -> Self {
        let mut by_serial: HashMap<String, Vec<T>> = HashMap::new();
        for thing in things {
            let key = thing.serial().to_ascii_lowercase();
            by_serial.entry(key).or_default().push(thing);
        }
        Self { by_serial }
    }

    /// Those that may be meant by what was typed and were not taken yet, and why none of them is.
    pub(super) fn meant(&mut self, typed: &str) -> Meant<'_, T> {
        let typed = typed.to_ascii_lowercase();
        let is_meant =
            |words: Option<&str>, thing: &T| words.is_none_or(|words| begins(thing.model(), words));
        let found = readings(&typed).find_map(|(words, serial)| {
            let there = self.by_serial.get(serial)?;
            let at: Vec<usize> = (0..there.len())
                .filter(|at| is_meant(words, &there[*at]))
                .collect();
            (!at.is_empty()).then(|| (serial.to_owned(), at))
        });
        let (serial, at) = found.unwrap_or_default();
        Meant {
            of: self.by_serial.get_mut(&serial),
            at,
        }
    }
}

/// Things that may be meant.
pub(super) struct Meant<'a, T> {
    of: Option<&'a mut Vec<T>>,
    at: Vec<usize>,
}

impl<T> Meant<'_, T> {
    /// Those of them that fit.
    pub(super) fn keep(mut self, fits: impl Fn(&T) -> bool) -> Self {
        if let Some(of) = &self.of {
            self.at.retain(|at| of.get(*at).is_some_and(&fits));
        }
        self
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = &T> {
        let of = self.of.as_deref();
        self.at.iter().filter_map(move |at| of?.get(*at))
    }

    /// The one that is meant, which is taken; none where there is none, or more than one.
    pub(super) fn take(self) -> Option<T> {
        match (self.of, self.at.as_slice()) {
            (Some(of), [at]) => Some(of.swap_remove(*at)),
            _ => None,
        }
    }

    /// Whether more than one is meant.
    pub(super) fn is_several(&self) -> bool {
        self.at.len() > 1
    }
}

impl<T: Called> Meant<'_, T> {
    /// What to type instead, where more than one is meant.
    pub(super) fn instead(&self) -> String {
        let called: Vec<String> = self
            .all()
            .take(3)
            .map(|thing| format!("“{} {}”", thing.model(), thing.serial()))
            .collect();
        format!(
            "is the serial of more than one; write the maker before it: {}",
            called.join(" or ")
        )
    }
}

/// Whether a maker and a model begin with these words, whole ones, without regard to case.
fn begins(model: &str, words: &str) -> bool {
    let (model, words) = (model.to_lowercase(), words.to_lowercase());
    let rest = model.strip_prefix(&words);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

/// Those of the things that are named; what none of them or more than one is called is refused.
pub(super) fn pick<T: Called>(
    field: &'static str,
    things: Vec<T>,
    named: &[String],
) -> Result<Vec<T>, RegistryError> {
    let mut left = Among::of(things);
    let mut picked = Vec::with_capacity(named.len());
    for typed in named {
        let meant = left.meant(typed);
        if meant.is_several() {
            return Err(invalid(field, format!("{typed} {}", meant.instead())));
        }
        let none = || invalid(field, format!("names {typed}, which is none of them"));
        picked.push(meant.take().ok_or_else(none)?);
    }
    Ok(picked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq)]
    struct One(&'static str, &'static str);

    impl Called for One {
        fn serial(&self) -> &str {
            self.1
        }

        fn model(&self) -> &str {
            self.0
        }
    }

    const OMRON: One = One("Omron HEM-7142T1", "D17");
    const AND: One = One("A&D Medical UA-651", "d17");
    const OTHER: One = One("Omron HEM-7142T1", "D 18");

    fn picked(named: &[&str]) -> Result<Vec<One>, String> {
        let named: Vec<String> = named.iter().map(|typed| (*typed).to_owned()).collect();
        pick("serials", vec![OMRON, AND, OTHER], &named).map_err(|error| error.to_string())
    }

    #[test]
    fn one_serial_of_two_makers_is_named_with_the_maker() {
        let why = picked(&["D17"]).unwrap_err();
        assert!(
            why.contains("more than one")
                && why.contains("“Omron HEM-7142T1 D17” or “A&D Medical UA-651 d17”"),
            "{why}"
        );
        assert_eq!(picked(&["a&d medical D17"]).unwrap(), [AND]);
        assert_eq!(picked(&["Omron HEM-7142T1 d17", "D17"]).unwrap(), [OMRON, AND]);
        assert_eq!(picked(&["d 18"]).unwrap(), [OTHER]);
        assert_eq!(picked(&["Omron D 18"]).unwrap(), [OTHER]);
    }

    #[test]
    fn what_is_none_of_them_is_refused() {
        for wrong in ["D19", "Om D17", "Beurer D17", "Omron  ", "18"] {
            let why = picked(&[wrong]).unwrap_err();
            assert!(why.contains("none of them"), "{why}");
        }
        let twice = picked(&["Omron D17", "omron hem-7142t1 D17"]).unwrap_err();
        assert!(twice.contains("none of them"), "{twice}");
    }

    #[test]
    fn every_serial_that_may_be_meant_is_looked_up() {
        let all = serials(&["D17".to_owned(), "Omron D 18".to_owned()]);
        assert_eq!(all, ["d17", "omron d 18", "d 18", "18"]);
    }
}
