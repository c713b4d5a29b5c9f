//! A whole world at work, for a newcomer's first minute: the server, customers, devices and hubs that send through the
//! real HTTP interface with real credentials, and a sample customer's server that verifies and prints what it is sent.
//!
//! Main function: [`run`]. Everything here plays somebody outside the platform; it calls the platform only as they would.

mod api;
mod bedside;
mod customer_server;
mod devices;
mod hubs;
mod numbers;
mod orders;
mod paper;
mod past;
mod plan;
mod rhythm;
mod screen;
mod seed;
mod sites;
mod values;
mod world;

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::app::{self, AppError, StopSignal};
use crate::config::Config;
use crate::ground::Ground;
use crate::ground::swallow::swallow;
use api::Api;
use customer_server::CustomerServer;
use screen::Screen;
use world::World;

/// What the demo can be told.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// How long the simulated devices wait between two readings, against life: 0.1 is ten times as often.
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    pace: f64,
    /// Stop by itself after so many seconds.
    #[arg(long, value_name = "SECONDS")]
    stop_after: Option<u64>,
}

/// Why the demo cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The server did not start.
    #[error("{0}")]
    App(#[from] AppError),
    /// The server does not answer.
    #[error("the server does not answer the demo: {0}")]
    Http(#[from] reqwest::Error),
    /// It answered something else than expected.
    #[error("{what}: the server answered {status}: {text}")]
    Refused {
        /// What was asked.
        what: String,
        /// The status.
        status: u16,
        /// The answer.
        text: String,
    },
    /// The demo's own file cannot be used.
    #[error("the demo's world in {path}: {source}")]
    World {
        /// Which file.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A simulated hub failed at its start.
    #[error("a simulated hub: {0}")]
    Hub(String),
    /// The sample customer's server cannot listen.
    #[error("the sample customer's server cannot listen: {0}")]
    Listen(#[source] std::io::Error),
}

impl From<DemoError> for AppError {
    fn from(error: DemoError) -> Self {
        match error {
            DemoError::App(error) => error,
            other => Self::Refused(other.to_string()),
        }
    }
}

/// Starts the world and keeps it going until Ctrl-C.
pub async fn run(mut config: Config, options: Options) -> Result<(), AppError> {
    // The sample customer's server stands on this machine.
    config.forwarding.allow_private_addresses = true;
    if config.log == "info" {
        "warn".clone_into(&mut config.log);
    }
    app::start_logging(&config);
    let screen = Screen::new();
    screen.step("starting the server and its private PostgreSQL");
    let folder = config.data_dir.join("demo");
    let signal = StopSignal::listen().map_err(AppError::Io)?;
    let running = match app::start(config, signal.token()).await {
        Err(_) if signal.token().is_cancelled() => {
            screen.step("stopped before the server had started");
            return Ok(());
        }
        started => started?,
    };
    let stop = CancellationToken::new();
    let base = format!("http://{}", running.address());
    let ground = running.state().ground().clone();
    let played = tokio::select! {
        played = play(&ground, &base, &folder, &running, &options, &screen, &stop) => played,
        () = signal.received() => Ok(()),
        () = bound(options.stop_after) => Ok(()),
    };
    stop.cancel();
    screen.step("stopping");
    running.stop().await;
    screen.step("stopped; the next start goes on with the same data");
    played.map_err(AppError::from)
}

async fn play(
    ground: &Ground,
    base: &str,
    folder: &std::path::Path,
    running: &app::Running,
    options: &Options,
    screen: &Screen,
    stop: &CancellationToken,
) -> Result<(), DemoError> {
    let mut world = World::open(folder, ground)?;
    seed::administrator(running, &world).await?;
    let api = Api::new(base)?;
    let admin = api.sign_in(world::ADMIN, &world.password).await?;
    let server = CustomerServer::start(ground.clone(), world.receiver_port, screen.clone())?;
    world.receiver_port = Some(server.port());
    seed::world(running, &admin, &api, &mut world, ground, screen).await?;
    orders::make(&api, &admin, &mut world, ground, screen).await?;
    server.trust(&world);
    screen.set_banner(base, &world);
    let stage = hubs::Stage {
        base,
        folder,
        ground,
        pace: options.pace,
        stop,
    };
    let mut hubs = hubs::start(&stage, &admin, &mut world).await?;
    if !world.week_sent {
        sites::make(&api, &world).await?;
    }
    seed::week(&api, &mut hubs, &mut world, ground, screen).await?;
    past::make(&api, &admin, &mut world, ground, screen).await?;
    screen.ready(ground.now());
    let mut players = devices::start(&api, &world, ground, options.pace, stop);
    players.extend(hubs.into_iter().flat_map(|hub| hub.measure(&stage)));
    for player in players {
        swallow(
            player.await,
            "a simulated device or hub ended by itself; the others go on",
        );
    }
    Ok(())
}

/// The demo's own end, or none.
async fn bound(seconds: Option<u64>) {
    match seconds {
        Some(seconds) => tokio::time::sleep(Duration::from_secs(seconds)).await,
        None => std::future::pending().await,
    }
}
