//! The measurement side by side: one run of a script that drives bare PostgreSQL, Django and Vitalwire, and prints lines.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::{Measured, Options, progress};

/// What one run says; rates a second.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Ingest {
    /// PostgreSQL, one reading and one outbox row a transaction.
    pub(crate) one_by_one: f64,
    /// PostgreSQL, 500 readings a statement.
    pub(crate) in_statements: f64,
    /// Django REST Framework, one reading a request.
    pub(crate) django: f64,
    /// Vitalwire, one reading a request.
    pub(crate) vitalwire: f64,
    /// Requests that Vitalwire did not answer with a 2xx.
    pub(crate) refused: f64,
}

impl Ingest {
    /// Takes in one line of the output, if it is one of those that say something.
    fn hear(&mut self, line: &str) {
        let said = |beginning: &str| line.strip_prefix(beginning).map(number);
        if let Some(rate) = said("PostgreSQL, 500 a statement:") {
            self.in_statements = rate;
        } else if let Some(rate) = said("Django REST Framework:") {
            self.django = rate;
        } else if let Some(rate) = said("Vitalwire, one reading a request:") {
            self.vitalwire = rate;
            self.refused = line
                .rsplit_once("refused")
                .map_or(0.0, |(_, count)| number(count));
        } else if let Some((_, rate)) = line
            .strip_prefix("PostgreSQL, one reading")
            .and_then(|rest| rest.rsplit_once(':'))
        {
            self.one_by_one = number(rate);
        }
    }

    fn is_whole(&self) -> bool {
        [self.one_by_one, self.in_statements, self.django, self.vitalwire]
            .iter()
            .all(|rate| *rate > 0.0)
    }
}

/// The number that a text begins with; 0 where it is none.
fn number(text: &str) -> f64 {
    let text = text.trim_start();
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || "+-.e".contains(c)))
        .unwrap_or(text.len());
    text[..end].parse().unwrap_or(0.0)
}

/// Runs it as often as wanted; where it is not there, says so.
pub(crate) fn measure(options: &Options, measured: &mut Measured) {
    let Some(script) = options.ingest.as_deref().filter(|script| script.is_file()) else {
        measured.notes.push(
            "there is nothing to measure side by side with here: no ratios to Django and PostgreSQL"
                .to_owned(),
        );
        return;
    };
    for run in 1..=options.runs {
        progress(&format!("side by side, run {run} of {}", options.runs));
        match once(script, options) {
            Ok(ingest) => {
                if ingest.refused > 0.0 {
                    let refused = ingest.refused;
                    measured
                        .notes
                        .push(format!("side by side: Vitalwire refused {refused} requests"));
                }
                measured.ingest.push(ingest);
            }
            Err(why) => measured
                .failures
                .push(format!("{} failed: {why}", script.display())),
        }
    }
}

fn once(script: &Path, options: &Options) -> Result<Ingest, String> {
    let mut command = Command::new(script);
    command
        .arg(&options.project)
        .env("SECONDS_EACH", options.seconds.to_string());
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let mut ingest = Ingest::default();
    for line in child
        .stdout
        .take()
        .map(BufReader::new)
        .into_iter()
        .flat_map(BufRead::lines)
    {
        let line = line.map_err(|error| error.to_string())?;
        eprintln!("    {line}");
        ingest.hear(&line);
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    if status.success() && ingest.is_whole() {
        Ok(ingest)
    } else {
        Err(format!(
            "{status}, and not all rates are there; its output is above"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_script_prints_is_understood() {
        let mut ingest = Ingest::default();
        for line in [
            "PostgreSQL, one reading + one outbox row a transaction, 32 clients: 13012.33/s",
            "PostgreSQL, 500 a statement: 1.0012e+05 rows/s",
            "Django REST Framework: 612.31/s, p99 83.02ms, refused 0",
            "[2026-11-23 07:00:00 +0000] [1] [INFO] noise: 5",
        ] {
            ingest.hear(line);
        }
        assert!(!ingest.is_whole());
        ingest.hear("Vitalwire, one reading a request: 31044.1/s, p99 3.10ms, refused 7");
        ingest.hear("ratios: 50.7 x Django, 2.39 x PostgreSQL one by one");
        assert!(ingest.is_whole());
        let expected = Ingest {
            one_by_one: 13012.33,
            in_statements: 100_120.0,
            django: 612.31,
            vitalwire: 31044.1,
            refused: 7.0,
        };
        assert_eq!(ingest, expected);
    }
}
