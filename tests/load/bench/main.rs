//! `vitalwire-bench`: every number of DESIGN §8 that can be measured by now, in one table, each beside its goals. It runs the
//! side-by-side measurement where there is one, then `vitalwire-load` and `vitalwire-bench-history` from beside itself, and
//! takes medians. It asserts nothing: a number is good or bad, a run is done or failed.

mod history;
mod ingest;
mod loads;
mod median;
mod rows;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use history::History;
use ingest::Ingest;
use loads::Loads;

const PARTS: [&str; 6] = ["ingest", "devices", "hubs", "latency", "deliveries", "history"];

/// Measures every row of DESIGN §8 that exists and prints one table.
#[derive(Debug, Parser)]
#[command(name = "vitalwire-bench", version)]
struct Options {
    /// The measurement side by side with Django and bare PostgreSQL; where it is not, those ratios are left out
    #[arg(long)]
    ingest: Option<PathBuf>,
    /// The checkout
    #[arg(long, default_value = ".")]
    project: PathBuf,
    /// Runs of each, of which the median counts
    #[arg(long, env = "VW_BENCH_RUNS", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=99))]
    runs: u16,
    /// Seconds of each run
    #[arg(long, env = "VW_BENCH_SECONDS", default_value_t = 15, value_parser = clap::value_parser!(u16).range(1..=3600))]
    seconds: u16,
    /// How many readings the tables hold in which a device's page is looked for; 50000000 take about 28 GB of disk and half an
    /// hour, and are left out where there is less room
    #[arg(
        long,
        env = "VW_BENCH_ROWS",
        value_delimiter = ' ',
        default_value = "1000000 50000000"
    )]
    rows: Vec<u64>,
    /// Only these parts; the ratios of hub batches need `ingest` as well
    #[arg(
        long,
        env = "VW_BENCH_ONLY",
        value_delimiter = ' ',
        value_parser = PARTS,
        default_values = PARTS
    )]
    only: Vec<String>,
}

impl Options {
    fn wants(&self, part: &str) -> bool {
        self.only.iter().any(|wanted| wanted == part)
    }
}

/// What has been measured.
#[derive(Debug, Default)]
struct Measured {
    /// Beside Django and bare PostgreSQL, run by run.
    ingest: Vec<Ingest>,
    /// By the load generator.
    loads: Loads,
    /// A device's page in tables of several sizes.
    history: Vec<History>,
    /// What a reader of the table has to know.
    notes: Vec<String>,
    /// What could not be measured though it should have been.
    failures: Vec<String>,
}

#[expect(clippy::print_stdout, reason = "printing the table is what it is for")]
fn main() -> ExitCode {
    let options = Options::parse();
    let mut measured = Measured::default();
    if options.wants("ingest") {
        ingest::measure(&options, &mut measured);
    }
    loads::measure(&options, &mut measured);
    if options.wants("history") {
        history::measure(&options, &mut measured);
    }
    print!("\n{}", table::render(&rows::all(&measured)));
    println!(
        "\nRuns of each: {}, of which the median counts. A ratio of 1.00 or more has reached the goal.",
        options.runs
    );
    for note in measured.notes.iter().chain(&measured.failures) {
        println!("- {note}");
    }
    ExitCode::from(u8::from(!measured.failures.is_empty()))
}

/// Says on standard error what is under way: the table alone goes to standard output.
fn progress(what: &str) {
    eprintln!("==> {what}");
}
