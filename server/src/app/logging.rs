//! What the process says of itself, line by line.

use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};
use crate::ground::swallow::either_way;

/// Log lines to standard error, once a process.
pub fn start_logging(config: &Config) {
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter(&config.log))
        .with_writer(std::io::stderr);
    let installed = match config.log_format {
        LogFormat::Json => lines.json().try_init(),
        LogFormat::Text => lines.with_target(false).try_init(),
    };
    either_way(
        installed,
        "a second call, as in tests, keeps the first subscriber",
    );
}

/// What the operator wants to read, but for what actix-web calls an error of every answer that breaks off: where that
/// matters, whoever writes the answer says it in words of its own. Who wants actix-web's lines all the same names it
/// (`info,actix_http=error`).
fn filter(wanted: &str) -> EnvFilter {
    let filter = EnvFilter::try_new(wanted).unwrap_or_else(|_| EnvFilter::new("info"));
    match "actix_http::h1::dispatcher=off".parse() {
        Ok(quiet) if !wanted.contains("actix_http") => filter.add_directive(quiet),
        _ => filter,
    }
}

#[cfg(test)]
mod tests {
    use tracing::{Level, enabled, subscriber};
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    /// Whether an error of actix-web's connections is shown, one of another part of it, and one of ours.
    fn shown(log: &str) -> [bool; 3] {
        let lines = tracing_subscriber::registry().with(filter(log));
        subscriber::with_default(lines, || {
            [
                enabled!(target: "actix_http::h1::dispatcher", Level::ERROR),
                enabled!(target: "actix_http::encoding", Level::ERROR),
                enabled!(target: "vitalwire_server::app", Level::ERROR),
            ]
        })
    }

    #[test]
    fn what_actix_says_of_an_answer_that_breaks_off_is_shown_to_who_asks_for_it() {
        for log in [
            "info",
            "warn",
            "debug",
            "info,vitalwire_server=debug",
            "=,nonsense",
        ] {
            let [broken_off, rest, _] = shown(log);
            assert!(!broken_off, "{log}");
            assert!(rest, "{log}");
        }
        for log in ["info,actix_http=error", "actix_http::h1::dispatcher=error"] {
            assert!(shown(log)[0], "{log}");
        }
        assert_eq!(shown("off"), [false; 3]);
    }
}
