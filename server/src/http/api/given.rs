//! A member of a body that is null is not the same as one that is not there.

use serde::{Deserialize, Deserializer};

pub(super) use crate::registry::Given;

/// For `#[serde(default, deserialize_with = "given")]`: none where the member is not there, `Some(None)` where it is null.
pub(super) fn given<'de, T, D>(deserializer: D) -> Result<Given<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// The same as texts that somebody typed.
pub(super) fn text(given: Option<&Option<String>>) -> Given<&str> {
    given.map(Option::as_deref)
}
