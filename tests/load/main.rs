//! `vitalwire-load`: devices and hubs with real credentials that drive a server, and customers' servers that take what it
//! delivers. Prints one line of JSON with what it saw. `tests/load/README.md` says how to use it.

mod deliveries;
mod drive;
mod error;
mod files;
mod http;
mod latency;
mod memory;
mod own;
mod pace;
mod readings;
mod receive;
mod receiver;
mod senders;
mod tally;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use serde_json::{Map, Value, json};
use tokio::signal::unix::{SignalKind, signal};
use vitalwire_tests::World;

use drive::{Drive, Work};
use error::LoadError;
use http::Target;
use memory::Watch;
use pace::Pace;
use readings::Readings;
use senders::{Devices, Hubs};

/// Setting the scene and clearing it away may take so long, beside the load itself.
const AROUND: Duration = Duration::from_mins(5);
const CUSTOMER: &str = "Load 0000";

/// Drives a Vitalwire server and prints what it saw as one line of JSON.
///
/// Without --url it starts a server of its own, with a private PostgreSQL in a temporary folder, from the program beside it.
#[derive(Debug, Parser)]
#[command(name = "vitalwire-load", version, arg_required_else_help = true)]
struct Cli {
    /// Threads of the generator, which shares the machine with the server
    #[arg(long, global = true, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=64))]
    threads: u16,
    #[command(subcommand)]
    scenario: Scenario,
}

#[derive(Debug, Clone, Subcommand)]
enum Scenario {
    /// Devices that send one reading a request, each with its own token
    Devices {
        #[command(flatten)]
        load: Load,
        /// The devices at --url: CSV with the columns serial, kind and token, as `vitalwire-server devices import` takes it
        #[arg(long, requires = "url")]
        tokens: Option<PathBuf>,
    },
    /// Hubs that send signed batches
    Hubs {
        #[command(flatten)]
        load: Load,
        /// Readings in a batch
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=1000))]
        batch: u64,
        /// Hubs of the server of its own
        #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=5000))]
        hubs: u16,
        /// The hubs at --url: CSV with the columns key and registration, each the name of a file
        #[arg(long, requires_all = ["url", "serials"])]
        keys: Option<PathBuf>,
        /// The devices of the hubs' customer at --url: CSV with the columns serial and kind
        #[arg(long, requires = "keys")]
        serials: Option<PathBuf>,
    },
    /// From the commit to the customer's server, with a server of its own
    Latency(latency::Options),
    /// Deliveries a second to one healthy server, with a server of its own
    Deliveries(deliveries::Options),
    /// A customer's server that says how long readings took to it
    Receive(receive::Options),
}

#[derive(Debug, Clone, Args)]
struct Load {
    /// The server to drive, as http://127.0.0.1:8080; without it, one of its own
    #[arg(long)]
    url: Option<String>,
    /// The process of the server at --url, whose memory is to be watched
    #[arg(long, requires = "url")]
    pid: Option<u32>,
    /// Send to --url as real readings; without it they are flagged as test traffic, which is nobody's values
    #[arg(long, requires = "url")]
    real: bool,
    /// Devices of the server of its own
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    devices: u32,
    /// Connections, each with one request under way
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    connections: u16,
    /// Seconds
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    duration: u32,
    /// Requests a second, due by the clock whatever the server does (open loop); without it as many as it answers (closed)
    #[arg(long, value_parser = rate)]
    rate: Option<f64>,
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if (0.01..=1e6).contains(&rate) => Ok(rate),
        _ => Err("a rate is a number between 0.01 and 1000000 a second".to_owned()),
    }
}

impl Scenario {
    const fn name(&self) -> &'static str {
        match self {
            Self::Devices { .. } => "devices",
            Self::Hubs { .. } => "hubs",
            Self::Latency(_) => "latency",
            Self::Deliveries(_) => "deliveries",
            Self::Receive(_) => "receive",
        }
    }

    /// No run goes on for ever.
    fn bound(&self) -> Duration {
        let load = match self {
            Self::Devices { load, .. } | Self::Hubs { load, .. } => Duration::from_secs(load.duration.into()),
            Self::Latency(options) => options.length(),
            Self::Deliveries(_) => AROUND,
            Self::Receive(options) => options.length(),
        };
        load + AROUND
    }

    async fn run(self) -> Result<Map<String, Value>, LoadError> {
        match self {
            Self::Devices { load, tokens } => devices(&load, tokens).await,
            Self::Hubs {
                load,
                batch,
                hubs,
                keys,
                serials,
            } => self::hubs(&load, (batch, hubs), keys.zip(serials)).await,
            Self::Latency(options) => latency::run(options).await,
            Self::Deliveries(options) => deliveries::run(options).await,
            Self::Receive(options) => receive::run(options).await,
        }
    }
}

async fn devices(load: &Load, tokens: Option<PathBuf>) -> Result<Map<String, Value>, LoadError> {
    match (&load.url, tokens) {
        (Some(url), Some(tokens)) => {
            let target = Target::parse(url).await?;
            let devices = files::devices(&tokens, true)?;
            let work = Devices::new(&target, devices, Readings::new(!load.real))?;
            load.drive(&target, &work, load.pid).await
        }
        (Some(_), None) => Err(LoadError::Wanting(
            "--url needs --tokens: a CSV file with serial, kind and token",
        )),
        (None, _) => {
            let mut world = own::world().await;
            let devices = own::devices(&world, CUSTOMER, load.devices(), 0)?;
            let target = Target::parse(&world.server.url()).await?;
            let work = Devices::new(&target, devices, Readings::new(false))?;
            let result = load.drive(&target, &work, Some(world.server.pid())).await;
            world.server.stop();
            result
        }
    }
}

async fn hubs(
    load: &Load,
    (batch, hubs): (u64, u16),
    known: Option<(PathBuf, PathBuf)>,
) -> Result<Map<String, Value>, LoadError> {
    let mut result = match (&load.url, known) {
        (Some(url), Some((keys, serials))) => {
            let target = Target::parse(url).await?;
            let (hubs, devices) = (files::hubs(&keys)?, files::devices(&serials, false)?);
            let work = Hubs::new(&target, hubs, devices, Readings::new(!load.real), batch)?;
            load.drive(&target, &work, load.pid).await?
        }
        (Some(_), None) => {
            return Err(LoadError::Wanting(
                "--url needs --keys and --serials: hubs, and their devices",
            ));
        }
        (None, _) => {
            let mut world: World = own::world().await;
            let customer = own::customer(&mut world, 0).await;
            let devices = own::devices(&world, CUSTOMER, load.devices(), 0)?;
            let hubs = own::hubs(&world, &customer, hubs.into()).await?;
            let target = Target::parse(&world.server.url()).await?;
            let work = Hubs::new(&target, hubs, devices, Readings::new(false), batch)?;
            let result = load.drive(&target, &work, Some(world.server.pid())).await;
            world.server.stop();
            result?
        }
    };
    result.insert("batch".into(), json!(batch));
    Ok(result)
}

impl Load {
    fn devices(&self) -> usize {
        usize::try_from(self.devices).unwrap_or(usize::MAX)
    }

    async fn drive<W: Work>(
        &self,
        target: &Arc<Target>,
        work: &Arc<W>,
        pid: Option<u32>,
    ) -> Result<Map<String, Value>, LoadError> {
        let drive = Drive {
            connections: self.connections.into(),
            pace: self.rate.map_or(Pace::Closed, Pace::Open),
            duration: Duration::from_secs(self.duration.into()),
        };
        let memory = pid.map(Watch::start);
        let (tally, elapsed) = drive.run(target, work).await?;
        let mut result = Map::new();
        result.insert(
            "mode".into(),
            json!(if self.rate.is_some() { "open" } else { "closed" }),
        );
        result.insert("rate_wanted".into(), json!(self.rate));
        result.insert("connections".into(), json!(self.connections));
        tally.write(elapsed, &mut result);
        match memory {
            Some(memory) => memory.write(&mut result),
            None => {
                result.extend(["server_rss_mib", "server_peak_mib"].map(|name| (name.into(), Value::Null)));
            }
        }
        Ok(result)
    }
}

/// Runs the scenario until it ends, takes too long, or somebody has had enough; whichever it is, what it started is ended.
async fn bounded(scenario: Scenario) -> Result<Map<String, Value>, LoadError> {
    let what = "signals cannot be heard";
    let listen = |kind| signal(kind).map_err(|source| LoadError::System { what, source });
    let (mut interrupt, mut terminate) = (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    let bound = scenario.bound();
    tokio::select! {
        result = tokio::time::timeout(bound, scenario.run()) => result.map_err(|_| LoadError::Endless(bound))?,
        _ = interrupt.recv() => Err(LoadError::Interrupted),
        _ = terminate.recv() => Err(LoadError::Interrupted),
    }
}

#[expect(clippy::print_stdout, reason = "printing the result is what it is for")]
fn main() -> ExitCode {
    let cli = Cli::parse();
    let name = cli.scenario.name();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cli.threads.into())
        .enable_all()
        .build()
        .map_err(|source| LoadError::System {
            what: "the generator's threads cannot be started",
            source,
        });
    match runtime.and_then(|runtime| runtime.block_on(bounded(cli.scenario))) {
        Ok(mut result) => {
            result.insert("scenario".into(), json!(name));
            println!("{}", Value::Object(result));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("vitalwire-load: {error}");
            ExitCode::FAILURE
        }
    }
}
