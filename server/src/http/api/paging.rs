//! Lists: `?after=<cursor>&limit=<1…200>` in, `{"data": […], "next": "<cursor>" | null}` out. A cursor is the last row's
//! key, opaque to the client.

use data_encoding::BASE64URL_NOPAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::problem::Problem;
use crate::registry::{Ask, Page};

const USUAL: u16 = 50;
const MOST: u16 = 200;

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ListOut<T> {
    /// The rows.
    pub(super) data: Vec<T>,
    /// What to pass as `after` for the next page; null on the last.
    #[schema(required)]
    pub(super) next: Option<String>,
}

impl<T> ListOut<T> {
    /// A list that has one page, because it is never longer.
    pub(super) fn whole<R>(rows: impl IntoIterator<Item = R>) -> Self
    where
        T: From<R>,
    {
        Self {
            data: rows.into_iter().map(T::from).collect(),
            next: None,
        }
    }

    /// A page of a room, rendered.
    pub(super) fn of<R, K: Serialize>(page: Page<R, K>, render: impl Fn(R) -> T) -> Self {
        Self {
            data: page.rows.into_iter().map(render).collect(),
            next: page.next.as_ref().and_then(cursor),
        }
    }
}

/// Which page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    /// The `next` of the page before.
    pub(super) after: Option<String>,
    /// Rows at most; 50 where nothing is said.
    #[param(minimum = 1, maximum = 200)]
    pub(super) limit: Option<u16>,
}

impl PageQuery {
    pub(super) fn ask<K: DeserializeOwned>(self) -> Result<Ask<K>, Problem> {
        ask(self.after.as_deref(), self.limit)
    }

    /// For a room that gives at most `most` rows, of which one says whether there is another page.
    pub(super) fn ask_below<K: DeserializeOwned>(self, most: u16) -> Result<Ask<K>, Problem> {
        let ask = self.ask()?;
        Ok(Ask {
            limit: ask.limit.min(most - 1),
            ..ask
        })
    }
}

/// Reads the two parameters of every list.
pub(super) fn ask<K: DeserializeOwned>(after: Option<&str>, limit: Option<u16>) -> Result<Ask<K>, Problem> {
    let limit = limit.unwrap_or(USUAL);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::invalid("limit", "must be 1 to 200"));
    }
    let after = place(after)?;
    Ok(Ask { after, limit })
}

/// The key in a cursor.
pub(super) fn place<K: DeserializeOwned>(after: Option<&str>) -> Result<Option<K>, Problem> {
    let key = |text: &str| {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        serde_json::from_slice(&bytes).ok()
    };
    let refused = || Problem::invalid("after", "must be the next of an earlier page");
    after.map(|text| key(text).ok_or_else(refused)).transpose()
}

/// A key as a cursor.
pub(super) fn cursor<K: Serialize>(key: &K) -> Option<String> {
    serde_json::to_vec(key)
        .ok()
        .map(|bytes| BASE64URL_NOPAD.encode(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_its_key() {
        let key = ("D000017".to_owned(), uuid::Uuid::from_u128(7));
        let text = cursor(&key).unwrap();
        assert_eq!(
            ask::<(String, uuid::Uuid)>(Some(&text), Some(1)).unwrap().after,
            Some(key)
        );
    }

    #[test]
    fn what_is_no_cursor_or_no_limit_is_named() {
        let wrong = |after, limit| ask::<(String, u8)>(after, limit).unwrap_err().to_string();
        assert_eq!(wrong(Some("x"), None), "invalid");
        assert_eq!(wrong(Some("Nw"), None), "invalid");
        assert_eq!(wrong(None, Some(0)), "invalid");
        assert_eq!(wrong(None, Some(201)), "invalid");
    }
}
