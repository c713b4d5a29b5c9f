//! Tells the platform every minute how the hub is, and does what it asks.
//!
//! Main type: [`Pulse`], which runs beside the [`crate::Uplink`]. What it cannot do by itself, looking for devices and reading
//! logs, it hands to a [`Bedside`].

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::error::CallError;
use crate::heartbeat::{Command, CommandKind, Heartbeat, Orders, Report};
use crate::hub_client::HubDevice;
use crate::random::Random;
use crate::uplink::Backoff;

/// The platform's wish when to come again is followed within these.
const SOONEST: Duration = Duration::from_secs(1);
const LATEST: Duration = Duration::from_mins(10);
/// The first wait after a failure, and the longest.
const FIRST_WAIT: Duration = Duration::from_secs(5);
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// What the pulse needs of the platform: [`crate::HubClient`], or a stand-in.
pub trait PulseWire: Send + Sync {
    /// Says how the hub is.
    fn heartbeat(&self, heartbeat: &Heartbeat) -> impl Future<Output = Result<Orders, CallError>> + Send;

    /// Says what came of a command.
    fn report(&self, command: Uuid, report: &Report) -> impl Future<Output = Result<(), CallError>> + Send;

    /// Asks which devices the hub serves.
    fn devices(&self) -> impl Future<Output = Result<Vec<HubDevice>, CallError>> + Send;
}

/// What the pulse needs of the box that it beats in.
pub trait Bedside: Send + Sync {
    /// How the hub and its devices are now.
    fn health(&self) -> impl Future<Output = Heartbeat> + Send;

    /// Takes the list of devices that the hub serves from now on.
    fn serve(&self, devices: Vec<HubDevice>) -> impl Future<Output = ()> + Send;

    /// Looks for the devices anew; says in words what it found, or why it could not.
    fn rescan(&self) -> impl Future<Output = Result<String, String>> + Send;

    /// What the hub wrote down of its own work, without any values; or why it cannot be read.
    fn log(&self) -> impl Future<Output = Result<String, String>> + Send;
}

impl<B: Bedside> Bedside for Arc<B> {
    fn health(&self) -> impl Future<Output = Heartbeat> + Send {
        B::health(self)
    }

    fn serve(&self, devices: Vec<HubDevice>) -> impl Future<Output = ()> + Send {
        B::serve(self, devices)
    }

    fn rescan(&self) -> impl Future<Output = Result<String, String>> + Send {
        B::rescan(self)
    }

    fn log(&self) -> impl Future<Output = Result<String, String>> + Send {
        B::log(self)
    }
}

impl<W: PulseWire> PulseWire for Arc<W> {
    fn heartbeat(&self, heartbeat: &Heartbeat) -> impl Future<Output = Result<Orders, CallError>> + Send {
        W::heartbeat(self, heartbeat)
    }

    fn report(&self, command: Uuid, report: &Report) -> impl Future<Output = Result<(), CallError>> + Send {
        W::report(self, command, report)
    }

    fn devices(&self) -> impl Future<Output = Result<Vec<HubDevice>, CallError>> + Send {
        W::devices(self)
    }
}

/// The task that beats.
pub struct Pulse<B, W> {
    bedside: B,
    wire: W,
    random: Arc<dyn Random>,
    backoff: Backoff,
    /// What came of commands that the platform has not heard of yet: they are done once, however often they are told.
    unheard: HashMap<Uuid, Report>,
}

impl<B, W> fmt::Debug for Pulse<B, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pulse")
            .field("unheard", &self.unheard.len())
            .finish_non_exhaustive()
    }
}

impl<B: Bedside, W: PulseWire> Pulse<B, W> {
    /// A pulse that does nothing before [`Pulse::run`].
    pub fn new(bedside: B, wire: W, random: Arc<dyn Random>) -> Self {
        Self {
            bedside,
            wire,
            random,
            backoff: Backoff::new(FIRST_WAIT, LONGEST_WAIT),
            unheard: HashMap::new(),
        }
    }

    /// Beats until told to stop. Nothing is lost by stopping at any point: the platform tells its commands again.
    pub async fn run(mut self, stop: CancellationToken) {
        let beating = async {
            loop {
                let wait = self.beat().await;
                tokio::time::sleep(wait).await;
            }
        };
        stop.run_until_cancelled(beating).await;
    }

    /// One heartbeat and what it brings; returns when the next is due.
    pub async fn beat(&mut self) -> Duration {
        let health = self.bedside.health().await;
        match self.wire.heartbeat(&health).await {
            Ok(orders) => {
                self.backoff.reset();
                self.unheard
                    .retain(|id, _| orders.commands.iter().any(|command| command.id == *id));
                for command in &orders.commands {
                    self.follow(command).await;
                }
                Duration::from_secs(orders.next_seconds).clamp(SOONEST, LATEST)
            }
            Err(error) => {
                tracing::warn!(%error, "the platform did not take the heartbeat");
                self.wait(error.retry_after())
            }
        }
    }

    async fn follow(&mut self, command: &Command) {
        let report = match self.unheard.remove(&command.id) {
            Some(report) => report,
            None => self.obey(command.kind).await,
        };
        if let Err(error) = self.wire.report(command.id, &report).await {
            tracing::warn!(%error, "the platform did not take what came of a command; it is told again");
            self.unheard.insert(command.id, report);
        }
    }

    async fn obey(&self, kind: CommandKind) -> Report {
        let said = |result: Result<String, String>| match result {
            Ok(words) => Report::done(words),
            Err(why) => Report::failed(why),
        };
        match kind {
            CommandKind::Ping => Report::done("here"),
            CommandKind::UpdateList => match self.wire.devices().await {
                Ok(devices) => {
                    let words = format!("serves {} devices", devices.len());
                    self.bedside.serve(devices).await;
                    Report::done(words)
                }
                Err(error) => Report::failed(error.to_string()),
            },
            CommandKind::Rescan => said(self.bedside.rescan().await),
            CommandKind::SendLogs => match self.bedside.log().await {
                Ok(log) => Report::log(&log),
                Err(why) => Report::failed(why),
            },
            CommandKind::Other => Report::failed("this version of the hub does not know the command"),
        }
    }

    fn wait(&mut self, wish: Option<Duration>) -> Duration {
        let mut chance = [u8::MAX];
        if !self.random.fill(&mut chance) {
            chance = [u8::MAX];
        }
        self.backoff.next(chance[0], wish)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::random::SystemRandom;

    #[derive(Default)]
    struct Platform {
        orders: Mutex<Vec<Command>>,
        reports: Mutex<Vec<(Uuid, Report)>>,
        /// How many reports are lost first.
        lost: AtomicUsize,
    }

    impl PulseWire for Platform {
        async fn heartbeat(&self, _: &Heartbeat) -> Result<Orders, CallError> {
            Ok(Orders {
                commands: self.orders.lock().unwrap().clone(),
                next_seconds: 0,
            })
        }

        async fn report(&self, command: Uuid, report: &Report) -> Result<(), CallError> {
            if self
                .lost
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |lost| lost.checked_sub(1))
                .is_ok()
            {
                return Err(CallError::Unreadable("lost"));
            }
            self.reports.lock().unwrap().push((command, report.clone()));
            Ok(())
        }

        async fn devices(&self) -> Result<Vec<HubDevice>, CallError> {
            Ok(vec![HubDevice {
                maker: "Acme".into(),
                serial: "S-1".into(),
                model: None,
                kinds: Vec::new(),
            }])
        }
    }

    #[derive(Default)]
    struct Box {
        rescans: AtomicUsize,
        serves: Mutex<Vec<HubDevice>>,
    }

    impl Bedside for Box {
        async fn health(&self) -> Heartbeat {
            Heartbeat {
                version: "1".into(),
                uptime_seconds: 1,
                queued: 0,
                devices: Vec::new(),
            }
        }

        async fn serve(&self, devices: Vec<HubDevice>) {
            *self.serves.lock().unwrap() = devices;
        }

        async fn rescan(&self) -> Result<String, String> {
            self.rescans.fetch_add(1, Ordering::SeqCst);
            Err("the radio is off".into())
        }

        async fn log(&self) -> Result<String, String> {
            Ok("line".into())
        }
    }

    fn command(number: u128, kind: CommandKind) -> Command {
        Command {
            id: Uuid::from_u128(number),
            kind,
        }
    }

    #[tokio::test]
    async fn each_command_is_done_once_and_reported_until_it_is_heard() {
        let (platform, bedside) = (Arc::new(Platform::default()), Arc::new(Box::default()));
        let mut pulse = Pulse::new(
            Arc::clone(&bedside),
            Arc::clone(&platform),
            Arc::new(SystemRandom::new()),
        );
        *platform.orders.lock().unwrap() = vec![command(1, CommandKind::Rescan)];
        platform.lost.store(2, Ordering::SeqCst);
        for _ in 0..3 {
            assert_eq!(pulse.beat().await, SOONEST, "the platform's wish has bounds");
        }
        assert_eq!(bedside.rescans.load(Ordering::SeqCst), 1);
        assert_eq!(
            *platform.reports.lock().unwrap(),
            [(Uuid::from_u128(1), Report::failed("the radio is off"))]
        );

        *platform.orders.lock().unwrap() = vec![
            command(2, CommandKind::Ping),
            command(3, CommandKind::UpdateList),
            command(4, CommandKind::SendLogs),
            command(5, CommandKind::Other),
        ];
        platform.reports.lock().unwrap().clear();
        pulse.beat().await;
        assert_eq!(bedside.serves.lock().unwrap().len(), 1);
        let reports: Vec<Report> = platform
            .reports
            .lock()
            .unwrap()
            .iter()
            .map(|(_, report)| report.clone())
            .collect();
        assert_eq!(
            reports,
            [
                Report::done("here"),
                Report::done("serves 1 devices"),
                Report::log("line"),
                Report::failed("this version of the hub does not know the command"),
            ]
        );
    }
}
