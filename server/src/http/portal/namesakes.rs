//! Organisations of one name, told apart. Those of different portfolios may be called the same, and who renames their own
//! organisation is not told of others (`registry/store/naming.rs`). Where they are, they write themselves, so two may say
//! the same of that, too; when each was added, nobody writes.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::registry::organisations::{Customer, Distributor};

/// What is known of one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// Its city.
    pub(super) city: Option<&'a str>,
    /// When it was added.
    pub(super) added: DateTime<Utc>,
}

impl<'a> From<&'a Customer> for Known<'a> {
    fn from(one: &'a Customer) -> Self {
        Self {
            name: &one.name,
            city: one.paper.city.as_deref(),
            added: one.created_at,
        }
    }
}

impl<'a> From<&'a Distributor> for Known<'a> {
    fn from(one: &'a Distributor) -> Self {
        Self {
            name: &one.name,
            city: one.paper.city.as_deref(),
            added: one.created_at,
        }
    }
}

impl Known<'_> {
    /// Its name, where it is, and what else tells it apart.
    pub(super) fn words(&self, added: Option<&String>) -> String {
        let beside = [self.city, added.map(String::as_str)].into_iter().flatten();
        std::iter::once(self.name)
            .chain(beside)
            .collect::<Vec<_>>()
            .join(" · ")
    }
}

/// What stands beside a name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Apart {
    /// Whether another one has the name, whatever its case.
    pub(super) has_namesake: bool,
    /// When it was added; none where its city tells it apart.
    pub(super) added: Option<String>,
}

impl Apart {
    /// A place, and what else tells it apart.
    pub(super) fn beside(self, place: String) -> String {
        let parts = [place, self.added.unwrap_or_default()];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(" · ")
    }
}

/// What tells each of them from the others, in their order.
pub(super) fn apart(all: &[Known<'_>]) -> Vec<Apart> {
    let key = |one: &Known<'_>| {
        let city = one.city.unwrap_or_default();
        (one.name.to_lowercase(), city.to_lowercase())
    };
    let (mut names, mut places) = (HashMap::new(), HashMap::new());
    for one in all {
        let (name, city) = key(one);
        *names.entry(name.clone()).or_insert(0) += 1;
        *places.entry((name, city)).or_insert(0) += 1;
    }
    let of_one = |one: &Known<'_>| {
        let key = key(one);
        Apart {
            has_namesake: names.get(&key.0).is_some_and(|count| *count > 1),
            added: places
                .get(&key)
                .is_some_and(|count| *count > 1)
                .then(|| one.added.format("added %Y-%m-%d %H:%M:%S UTC").to_string()),
        }
    };
    all.iter().map(of_one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known<'a>(name: &'a str, city: &'a str, seconds: i64) -> Known<'a> {
        Known {
            name,
            city: Some(city).filter(|city| !city.is_empty()),
            added: DateTime::from_timestamp(1_764_000_000 + seconds, 0).unwrap(),
        }
    }

    #[test]
    fn what_tells_two_apart_is_said_and_no_more() {
        let all = [
            known("Lakeview", "Buffalo", 0),
            known("Northside", "Buffalo", 1),
            known("NORTHSIDE", "Albany", 2),
            known("Twins", "", 3),
            known("twins", "", 64),
        ];
        let apart = apart(&all);
        let said: Vec<_> = all
            .iter()
            .zip(&apart)
            .map(|(one, apart)| (apart.has_namesake, one.words(apart.added.as_ref())))
            .collect();
        let words = |has, words: &str| (has, words.to_owned());
        assert_eq!(
            said,
            [
                words(false, "Lakeview · Buffalo"),
                words(true, "Northside · Buffalo"),
                words(true, "NORTHSIDE · Albany"),
                words(true, "Twins · added 2025-11-24 16:00:03 UTC"),
                words(true, "twins · added 2025-11-24 16:01:04 UTC"),
            ]
        );
    }
}
