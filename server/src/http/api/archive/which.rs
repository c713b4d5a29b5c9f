//! What a request for a file of the archive asks for.

use serde::Deserialize;
use utoipa::IntoParams;

/// What of a file is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// This part alone, from 1: those of the manifest's `parts` with the file's name in `content`, in their order. Else all of
    /// them, one after the other.
    pub(super) part: Option<usize>,
}
