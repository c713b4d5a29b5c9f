//! The server itself: what runs, in which order it starts, and in which it stops.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{AppError, Platform, start_logging, unless};
use crate::config::{Config, Role};
use crate::forwarding::{Forwarding, ForwardingParts, Shelf};
use crate::ground::swallow::swallow;
use crate::history::archive::Archive;
use crate::history::commit::{Committer, Limits};
use crate::history::retention::{BeforeItGoes, Retention};
use crate::http;
use crate::identity::Identity;
use crate::intake::{self, Intake, RefusalLog};
use crate::jobs::{self, Scheduler};
use crate::mailing::Carrier;
use crate::ops::Metrics;
use crate::outside::{blobs, mail, mqtt};
use crate::queue::Signals;
use crate::registry::{IdentityCache, fleet};

/// Seconds that requests under way get at a stop.
const GRACE: u64 = 10;

/// Serves until it is told to stop.
pub async fn serve(config: Config) -> Result<(), AppError> {
    start_logging(&config);
    // Before anything runs, so that an early signal finds somebody to stop what has been started.
    let stop = StopSignal::listen().map_err(AppError::Io)?;
    let running = match start(config, stop.token()).await {
        Err(error) if stop.token().is_cancelled() => {
            tracing::info!(%error, "told to stop while starting");
            return Ok(());
        }
        started => started?,
    };
    tracing::info!(address = %running.address(), "serving");
    running.say_what_is_missing().await;
    stop.received().await;
    tracing::info!("stopping");
    running.stop().await;
    Ok(())
}

/// A server at work.
#[derive(Debug)]
pub struct Running {
    platform: Platform,
    parts: Parts,
}

impl Running {
    /// Says what is to be done on a platform that was just set up.
    async fn say_what_is_missing(&self) {
        let lacks = self.parts.state.identity().system_lacks_administrator().await;
        if swallow(lacks, "the page to sign in says it as well").unwrap_or(false) {
            tracing::warn!(
                "there is no administrator yet; make one, with the same configuration: vitalwire-server admin create \
                 --email you@example.org --name \"Your Name\""
            );
        }
    }
}

/// What runs on a platform.
#[derive(Debug)]
struct Parts {
    state: http::State,
    signals: Signals,
    archive: Archive,
    address: SocketAddr,
    servers: Vec<(ServerHandle, JoinHandle<std::io::Result<()>>)>,
    broker: Option<mqtt::Link>,
    forwarding: Option<Forwarding>,
    /// Ends the tasks behind intake and pages, last of all.
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

/// Starts everything that the configured roles ask for and returns once requests are answered. Where a part cannot
/// start, or where `told` to stop meanwhile, which is an error as well, nothing is left running.
pub async fn start(config: Config, told: &CancellationToken) -> Result<Running, AppError> {
    let metrics = swallow(
        Metrics::install(),
        "a second server in one process, as in tests, has no metrics of its own",
    );
    let platform = Platform::open_unless(told, &config).await?;
    let stop = CancellationToken::new();
    let error = match unless(told, Parts::over(&platform, &config, stop.clone())).await {
        Ok(mut parts) => match parts.start(&platform, &config, metrics) {
            Ok(()) => return Ok(Running { platform, parts }),
            Err(error) => {
                parts.stop().await;
                error
            }
        },
        Err(error) => {
            stop.cancel();
            error
        }
    };
    platform.close().await;
    Err(error)
}

impl Parts {
    /// What stands behind all the others, over a database that was looked at and is ready. Nothing is served yet.
    async fn over(platform: &Platform, config: &Config, stop: CancellationToken) -> Result<Self, AppError> {
        let (ground, database) = (platform.ground.clone(), platform.database.clone());
        database
            .check_server(connections(config), config.insecure_dev)
            .await?;
        crate::history::make_partitions(database.system_intake(), ground.now().date_naive()).await?;
        // Boxed: what looks for credentials in all the places that AWS knows is large.
        let blobs = Box::pin(blobs::blobs(config)).await?;
        let archive = Archive::new(ground.clone(), database.clone(), blobs);
        let signals = Signals::start(ground, database.system_forwarding().clone(), stop.clone());
        let (state, writing) = state(platform, config, &signals, &archive, &stop);
        Ok(Self {
            state,
            signals,
            archive,
            address: config.listen,
            servers: Vec::new(),
            broker: None,
            forwarding: None,
            stop,
            tasks: writing,
        })
    }

    /// Starts what the roles ask for. Waits for nothing, so that nobody can be told to stop between two of its steps; what
    /// was started before one that fails is there for [`Parts::stop`].
    fn start(
        &mut self,
        platform: &Platform,
        config: &Config,
        metrics: Option<Metrics>,
    ) -> Result<(), AppError> {
        // Addresses first: one that is taken is the likeliest reason not to start.
        if let Some(metrics) = metrics {
            self.tasks
                .push(tokio::spawn(metrics.clone().upkeep(self.stop.clone())));
            self.serve_metrics(&metrics, &config.metrics_listen)?;
        }
        if config.roles.contains(&Role::Web) {
            let (server, address) = http::server(self.state.clone(), config)
                .map_err(|source| listen(&config.listen.to_string(), source))?;
            self.address = address;
            self.run(server);
            self.link_to_broker(platform, config)?;
        }
        if config.roles.contains(&Role::Worker) {
            let (ground, database) = (platform.ground.clone(), platform.database.clone());
            self.tasks
                .push(jobs::start(ground.clone(), database.clone(), self.stop.clone()));
            self.tasks.push(crate::registry::imports::start(
                &ground,
                &database,
                self.stop.clone(),
            ));
            self.tasks.push(intake::release_what_is_known(
                self.state.intake().clone(),
                &Scheduler::new(&ground, database.system_forwarding().clone()),
                self.stop.clone(),
            ));
            self.tasks.push(intake::forget_quarantined(
                self.state.intake().clone(),
                &Scheduler::new(&ground, database.system_forwarding().clone()),
                self.stop.clone(),
            ));
            self.tasks.push(fleet::look_after_hubs(
                ground.clone(),
                database.clone(),
                self.stop.clone(),
            ));
            self.tasks.push(Carrier::start(
                ground.clone(),
                database.system_forwarding().clone(),
                self.state.identity().post().clone(),
                mail::mailer(config)?,
                self.stop.clone(),
            ));
            let shelf = Shelf::new(ground.clone(), &database);
            let before: Vec<Box<dyn BeforeItGoes>> = vec![Box::new(shelf), Box::new(self.archive.clone())];
            let retention = Retention::new(ground.clone(), database.clone(), before);
            self.tasks.push(retention.start(self.stop.clone()));
            self.forwarding = Some(Forwarding::start(ForwardingParts {
                ground,
                database,
                signals: self.signals.clone(),
                post: self.state.identity().post().clone(),
                public_url: config.public_url.clone(),
                config: config.forwarding,
                insecure_dev: config.insecure_dev,
            }));
        }
        Ok(())
    }

    /// Takes what devices publish, where there is a broker. It need not be there yet.
    fn link_to_broker(&mut self, platform: &Platform, config: &Config) -> Result<(), AppError> {
        let ground = &platform.ground;
        if let Some(settings) = mqtt::Settings::of(config, ground, intake::TELEMETRY)? {
            let taker = Arc::new(self.state.intake().clone());
            let standing = self.state.broker().clone();
            self.broker = Some(mqtt::Link::start(ground.clone(), settings, taker, standing));
        }
        Ok(())
    }

    fn serve_metrics(&mut self, metrics: &Metrics, address: &str) -> Result<(), AppError> {
        if address.is_empty() {
            return Ok(());
        }
        let parsed = address
            .parse()
            .map_err(|_| AppError::Refused("metrics_listen is no address".to_owned()))?;
        self.run(metrics.serve(parsed).map_err(|source| listen(address, source))?);
        Ok(())
    }

    fn run(&mut self, server: actix_web::dev::Server) {
        self.servers.push((server.handle(), tokio::spawn(server)));
    }

    /// In order: no new requests, those under way are answered, what is being sent is finished or left to its lease, what
    /// waits to be written is written.
    async fn stop(self) {
        let Self {
            state,
            signals: _,
            archive: _,
            address: _,
            servers,
            broker,
            forwarding,
            stop,
            tasks,
        } = self;
        state.hang_up();
        if let Some(broker) = &broker {
            broker.begin_to_stop();
        }
        for (handle, task) in servers {
            let stopped = tokio::time::timeout(Duration::from_secs(GRACE + 2), handle.stop(true)).await;
            if stopped.is_err() {
                tracing::warn!("some requests did not end in time");
            }
            task.abort();
        }
        if let Some(broker) = broker {
            broker.stop().await;
        }
        drop(state);
        if let Some(forwarding) = forwarding {
            forwarding.stop().await;
        }
        stop.cancel();
        for task in tasks {
            let ended = tokio::time::timeout(Duration::from_secs(5), task).await;
            if ended.is_err() {
                tracing::warn!("a background task did not end in time");
            }
        }
    }
}

/// How many connections to the database a server may hold at a time: those of its pools, the listener for signals, and on
/// each thread that serves HTTP, and for the MQTT broker, those of the commits.
fn connections(config: &Config) -> usize {
    let pools = &config.pools;
    let committing = if config.roles.contains(&Role::Web) {
        let threads = match config.threads {
            0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            threads => threads,
        };
        // What comes over a broker is committed on a line of its own.
        let lines = threads.saturating_add(usize::from(!config.mqtt.url.is_empty()));
        lines.saturating_mul(config.intake.committers)
    } else {
        0
    };
    // One server at a time takes days out of the history: one connection for that, one for reading what is archived.
    let retention = if config.roles.contains(&Role::Worker) {
        2
    } else {
        0
    };
    let pooled = [pools.requests, pools.intake, pools.forwarding, 1, retention];
    let pooled: u64 = pooled.into_iter().map(u64::from).sum();
    usize::try_from(pooled)
        .unwrap_or(usize::MAX)
        .saturating_add(committing)
}

/// Intake and what pages and API work with, and the tasks that write, the last time after `stop`, who was refused and
/// which hubs were heard.
fn state(
    platform: &Platform,
    config: &Config,
    signals: &Signals,
    archive: &Archive,
    stop: &CancellationToken,
) -> (http::State, Vec<JoinHandle<()>>) {
    let (ground, database) = (platform.ground.clone(), platform.database.clone());
    let pool = database.system_intake().clone();
    let committed = signals.clone();
    let committer = Committer::start(
        &pool,
        Limits {
            queue: config.intake.queue,
            batch: config.intake.batch,
            committers: config.intake.committers,
        },
        &(Arc::new(move || committed.committed()) as Arc<dyn Fn() + Send + Sync>),
    );
    let identities = IdentityCache::start(ground.clone(), pool.clone(), stop.clone());
    let heard = identities.clone();
    let heard = tokio::spawn(async move { heard.ended().await });
    let (refusals, refused) = RefusalLog::start(ground.clone(), pool, stop.clone());
    let intake = Intake::new(
        ground.clone(),
        database.clone(),
        identities,
        committer,
        refusals,
        config.public_url.clone(),
        config.intake,
    );
    let identity = Identity::new(ground.clone(), database.clone(), &config.public_url);
    (
        http::State::new(
            ground,
            database,
            identity,
            intake,
            signals.clone(),
            archive.clone(),
            config,
        ),
        vec![refused, heard],
    )
}

impl Running {
    /// Where it listens; the real port where 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.parts.address
    }

    /// What pages and API work with; for the demo, which makes its first administrator through it.
    pub fn state(&self) -> &http::State {
        &self.parts.state
    }

    /// Stops what runs in order, then connections end, and last the private PostgreSQL.
    pub async fn stop(self) {
        self.parts.stop().await;
        self.platform.close().await;
    }
}

fn listen(address: &str, source: std::io::Error) -> AppError {
    AppError::Listen {
        address: address.to_owned(),
        source,
    }
}

/// Ctrl-C or SIGTERM, heard from the moment this is made.
#[derive(Debug)]
pub struct StopSignal(CancellationToken);

impl StopSignal {
    /// Takes the signals over from their default, which would end the process at once.
    pub fn listen() -> std::io::Result<Self> {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let token = CancellationToken::new();
        let told = token.clone();
        tokio::spawn(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            told.cancel();
        });
        Ok(Self(token))
    }

    /// Cancelled when either comes.
    pub fn token(&self) -> &CancellationToken {
        &self.0
    }

    /// Waits for either.
    pub async fn received(&self) {
        self.0.cancelled().await;
    }
}
