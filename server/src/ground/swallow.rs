//! The one greppable way to drop an error, or an outcome that says nothing, on purpose.

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

/// Drops an outcome of which either one is as good, with the reason why. Nothing is logged.
pub fn either_way<T, E>(outcome: Result<T, E>, _why: &'static str) {
    drop(outcome);
}
