//! The one greppable way to drop an error on purpose.

/// Logs an error that must not stop the caller, with the reason why it may be dropped, and goes on.
pub fn swallow<T, E: std::fmt::Display>(result: Result<T, E>, why: &'static str) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(error) => {
            tracing::warn!(%error, why, "went on after an error");
            None
        }
    }
}
