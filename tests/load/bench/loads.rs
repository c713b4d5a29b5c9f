//! Runs of `vitalwire-load`, each a process of its own with a server of its own.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::median::median;
use crate::{Measured, Options, progress};

/// The results of each scenario, run by run.
#[derive(Debug, Default)]
pub(crate) struct Loads {
    /// 32 devices' connections, as fast as they go.
    pub(crate) devices: Runs,
    /// Hubs with batches of 100, as fast as they go.
    pub(crate) hubs: Runs,
    /// Commit to customer's server, all well.
    pub(crate) latency: Runs,
    /// The same with 10 dead servers and 10 slow ones.
    pub(crate) latency_with_dead: Runs,
    /// Deliveries of one reading.
    pub(crate) deliveries: Runs,
    /// Deliveries of 100 readings.
    pub(crate) deliveries_in_batches: Runs,
}

/// What the runs of one scenario printed.
#[derive(Debug, Default)]
pub(crate) struct Runs(Vec<Value>);

impl Runs {
    /// The median of a number over the runs.
    pub(crate) fn median(&self, field: &str) -> Option<f64> {
        median(self.0.iter().filter_map(|run| run[field].as_f64()).collect())
    }

    #[cfg(test)]
    pub(crate) fn of(runs: &[Value]) -> Self {
        Self(runs.to_vec())
    }
}

/// Makes them all.
pub(crate) fn measure(options: &Options, measured: &mut Measured) {
    let seconds = options.seconds.to_string();
    let timed = |scenario: &[&str]| [scenario, &["--duration", &seconds]].concat().join(" ");
    let Measured {
        loads,
        notes,
        failures,
        ..
    } = measured;
    let scenarios = [
        (
            "devices",
            &mut loads.devices,
            timed(&["devices", "--connections", "32"]),
        ),
        ("hubs", &mut loads.hubs, timed(&["hubs", "--batch", "100"])),
        (
            "latency",
            &mut loads.latency,
            timed(&["latency", "--customers", "100", "--rate", "500"]),
        ),
        (
            "latency",
            &mut loads.latency_with_dead,
            timed(&[
                "latency",
                "--customers",
                "100",
                "--rate",
                "500",
                "--dead",
                "10",
                "--slow",
                "10",
            ]),
        ),
        (
            "deliveries",
            &mut loads.deliveries,
            "deliveries --batch 1".to_owned(),
        ),
        (
            "deliveries",
            &mut loads.deliveries_in_batches,
            "deliveries --batch 100".to_owned(),
        ),
    ];
    for (part, runs, arguments) in scenarios {
        if !options.wants(part) {
            continue;
        }
        for run in 1..=options.runs {
            progress(&format!(
                "vitalwire-load {arguments}, run {run} of {}",
                options.runs
            ));
            match once(&arguments) {
                Ok(result) => {
                    eprintln!("    {result}");
                    notes.extend(errors(&arguments, &result));
                    runs.0.push(result);
                }
                Err(why) => failures.push(format!("vitalwire-load {arguments} failed: {why}")),
            }
        }
    }
}

/// The program of that name that was built beside this one.
pub(crate) fn beside(name: &str) -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?.with_file_name(name);
    program.is_file().then_some(program)
}

fn once(arguments: &str) -> Result<Value, String> {
    let program =
        beside("vitalwire-load").ok_or("it is not built: cargo build --release -p vitalwire-tests --bins")?;
    let mut command = Command::new(program);
    command
        .args(arguments.split(' '))
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    let output = command.output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("{}; what it said is above", output.status));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| format!("its result cannot be read: {error}"))
}

/// A number with errors in it is told as such.
fn errors(arguments: &str, result: &Value) -> Option<String> {
    let of = |result: &Value| {
        result["errors"]
            .as_object()
            .filter(|errors| !errors.is_empty())
            .cloned()
    };
    let errors = of(result).or_else(|| of(&result["intake"]))?;
    Some(format!(
        "vitalwire-load {arguments}: with errors {}",
        Value::Object(errors)
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn errors_are_told_and_their_absence_is_not() {
        assert_eq!(
            errors("hubs", &json!({"errors": {}, "intake": {"errors": {}}})),
            None
        );
        let told = errors("hubs", &json!({"errors": {"429": 12}})).unwrap();
        assert_eq!(told, r#"vitalwire-load hubs: with errors {"429":12}"#);
        assert!(
            errors(
                "latency",
                &json!({"errors": {}, "intake": {"errors": {"503": 1}}})
            )
            .is_some()
        );
    }

    #[test]
    fn a_median_is_over_the_runs_that_have_the_number() {
        let runs = Runs::of(&[
            json!({"p99_ms": 3.0}),
            json!({"p99_ms": null}),
            json!({"p99_ms": 5.0}),
        ]);
        assert_eq!((runs.median("p99_ms"), runs.median("p50_ms")), (Some(4.0), None));
    }
}
