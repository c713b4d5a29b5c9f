//! What lists share: the filter above, the cursor of the next page below.

use data_encoding::BASE64URL_NOPAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use web_templates::{Choice, Filter, Pager, Select};

use super::error::PageError;
use super::local::with_query;
use crate::registry::Ask;

/// Rows of one page.
pub(super) const ROWS: u16 = 50;

/// The cursor of an address as the page that is asked for; a cursor that no page of ours made is a bad request.
pub(super) fn ask<K: DeserializeOwned>(after: &str, limit: u16) -> Result<Ask<K>, PageError> {
    Ok(Ask {
        after: cursor(after)?,
        limit,
    })
}

/// Reads a cursor; none where there is none.
pub(super) fn cursor<K: DeserializeOwned>(after: &str) -> Result<Option<K>, PageError> {
    if after.is_empty() {
        return Ok(None);
    }
    let bytes = BASE64URL_NOPAD
        .decode(after.as_bytes())
        .map_err(|_| PageError::bad_request())?;
    let text = std::str::from_utf8(&bytes)
        .ok()
        .filter(|text| !text.contains("\\u0000"));
    let key = text.and_then(|text| serde_json::from_str(text).ok());
    key.map(Some).ok_or_else(PageError::bad_request)
}

/// Writes a cursor.
pub(super) fn to_cursor<K: Serialize>(key: &K) -> String {
    serde_json::to_vec(key)
        .map(|json| BASE64URL_NOPAD.encode(&json))
        .unwrap_or_default()
}

/// What was typed into a search field, cut to a sensible length; none where nothing was.
pub(super) fn typed(q: &str) -> Option<String> {
    let q: String = q
        .trim()
        .chars()
        .filter(|letter| !letter.is_control())
        .take(200)
        .collect();
    (!q.is_empty()).then_some(q)
}

/// The word of a choice as what it stands for; none for `all` and for words that do not exist.
pub(super) fn chosen<T: std::str::FromStr>(word: &str) -> Option<T> {
    word.parse().ok()
}

/// The pager below a list: `pairs` are the filter's own values, which go along.
pub(super) fn pager<K: Serialize>(
    path: &str,
    pairs: &[(&str, &str)],
    after: &str,
    next: Option<&K>,
    text: String,
) -> Pager {
    let with = |after: String| {
        let mut all = pairs.to_vec();
        all.push(("after", after.as_str()));
        with_query(path, &all)
    };
    Pager {
        text,
        first: (!after.is_empty()).then(|| with_query(path, pairs)),
        next: next.map(to_cursor).map(with),
    }
}

/// A filter with its choices.
pub(super) fn filter(action: &str, q: &str, placeholder: &str, selects: Vec<Select>) -> Filter {
    Filter {
        action: action.to_owned(),
        q: q.to_owned(),
        placeholder: placeholder.to_owned(),
        selects,
    }
}

/// A choice among words, with the one for `all` first.
pub(super) fn select<'a>(
    name: &str,
    label: &str,
    all: &'a str,
    chosen: &str,
    words: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Select {
    let choice = |(value, label): (&str, &str)| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        selected: value == chosen,
    };
    Select {
        name: name.to_owned(),
        label: label.to_owned(),
        choices: std::iter::once(("", all)).chain(words).map(choice).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let key = ("D000017".to_owned(), uuid::Uuid::nil());
        assert_eq!(cursor(&to_cursor(&key)).unwrap(), Some(key));
        assert_eq!(cursor::<String>("").unwrap(), None);
    }

    #[test]
    fn a_cursor_that_no_page_made_is_refused() {
        for text in ["x", "!!", "bm8", &to_cursor(&"a\0b")] {
            assert!(cursor::<String>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_filter_goes_along_to_the_next_page() {
        let pager = pager(
            "/devices",
            &[("q", "D 1"), ("kind", "")],
            "",
            Some(&1),
            String::new(),
        );
        assert_eq!(pager.next.unwrap(), "/devices?q=D+1&after=MQ");
        assert_eq!(pager.first, None);
    }
}
