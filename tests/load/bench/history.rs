//! A device's 7-day page in tables of several sizes, measured by `vitalwire-bench-history`.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::loads::beside;
use crate::{Measured, Options, progress};

const NAME: &str = "vitalwire-bench-history";
/// What a row takes on the disk, in bytes, with its indexes and what is written beside it.
const BYTES_A_ROW: u64 = 560;

/// One size of the table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct History {
    /// Readings in the table.
    pub(crate) rows: u64,
    /// How long the page took, ms.
    pub(crate) ms: f64,
}

impl History {
    /// For printing.
    #[expect(clippy::cast_precision_loss, reason = "no table holds 2^53 readings")]
    pub(crate) fn rows_float(&self) -> f64 {
        self.rows as f64
    }

    /// From a line of its output; none where it says something else.
    fn from(line: &str) -> Option<Self> {
        let json: Value = serde_json::from_str(line).ok()?;
        let ms = ["p50_ms", "median_ms"]
            .iter()
            .find_map(|field| json[field].as_f64())?;
        let rows = json["rows"].as_u64()?;
        Some(Self { rows, ms })
    }
}

/// Runs it, where it was built.
pub(crate) fn measure(options: &Options, measured: &mut Measured) {
    let Some(program) = beside(NAME) else {
        measured
            .notes
            .push(format!("{NAME} is not built: the page's rows are missing"));
        return;
    };
    let room = room();
    let (fit, rest): (Vec<u64>, Vec<u64>) = options.rows.iter().partition(|rows| *rows * BYTES_A_ROW < room);
    for rows in rest {
        measured.notes.push(format!(
            "a table of {rows} rows is left out: it takes {} GB of the temporary folder, which has {} GB free (TMPDIR, \
             VW_BENCH_ROWS)",
            rows * BYTES_A_ROW / 1_000_000_000,
            room / 1_000_000_000
        ));
    }
    if fit.is_empty() {
        return;
    }
    let mut arguments = Vec::new();
    for rows in fit {
        arguments.extend(["--rows".to_owned(), rows.to_string()]);
    }
    progress(&format!("{NAME} {}", arguments.join(" ")));
    let output = Command::new(program)
        .args(&arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output();
    match output {
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stdout);
            eprintln!("{text}");
            measured.history.extend(text.lines().filter_map(History::from));
            if !output.status.success() {
                measured
                    .failures
                    .push(format!("{NAME} failed: {}; what it said is above", output.status));
            }
        }
        Err(error) => measured.failures.push(format!("{NAME} failed: {error}")),
    }
}

/// Bytes that are free where tables are made.
fn room() -> u64 {
    rustix::fs::statvfs(std::env::temp_dir()).map_or(u64::MAX, |free| free.f_bavail * free.f_frsize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_no_results_are_passed_over() {
        let of = |line: &str| History::from(line).map(|one| (one.rows, one.ms));
        assert_eq!(
            of(r#"{"rows":1000000,"p50_ms":12.5,"p99_ms":20}"#),
            Some((1_000_000, 12.5))
        );
        assert_eq!(
            of(r#"{"rows":1000000,"median_ms":12.5}"#),
            Some((1_000_000, 12.5))
        );
        assert_eq!(of(r#"{"rows":1000000}"#), None);
        assert_eq!(of("filling the table"), None);
    }
}
