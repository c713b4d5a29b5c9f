//! Brings the ledger's readings to the platform, oldest first, for as long as the hub runs.
//!
//! Main type: [`Uplink`]. One runs per ledger. It never gives up and never drops: every failure is a wait.

mod backoff;
mod batch;
mod status;

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::error::{CallError, LedgerError};
use crate::hub_client::HubState;
use crate::ledger::{EntryId, Ledger, Verdict};
use crate::random::Random;
pub(crate) use backoff::Backoff;
use batch::Batch;

pub use status::{Phase, Status};

/// The platform takes no more readings at once.
pub const LARGEST_BATCH_ITEMS: usize = 1_000;
/// A batch is no larger, bytes on the wire; but a single reading always goes.
pub const LARGEST_BATCH_BYTES: usize = 512 * 1024;
/// Somebody may be standing beside the hub, waiting to see it confirmed.
const CONFIRMED_WITHIN: Duration = Duration::from_secs(10);

/// What the uplink needs of the platform: [`crate::HubClient`], or a stand-in.
pub trait Wire: Send + Sync {
    /// Sends a body of `count` readings; exactly as many verdicts, in the order sent.
    fn upload(
        &self,
        body: &[u8],
        count: usize,
    ) -> impl Future<Output = Result<Vec<Verdict>, CallError>> + Send;

    /// How far the hub is with the platform.
    fn state(&self) -> impl Future<Output = Result<HubState, CallError>> + Send;
}

impl<W: Wire> Wire for Arc<W> {
    fn upload(
        &self,
        body: &[u8],
        count: usize,
    ) -> impl Future<Output = Result<Vec<Verdict>, CallError>> + Send {
        W::upload(self, body, count)
    }

    fn state(&self) -> impl Future<Output = Result<HubState, CallError>> + Send {
        W::state(self)
    }
}

/// The uplink's times.
#[derive(Debug, Clone, Copy)]
pub struct UplinkOptions {
    /// The first wait after a failure; each further one doubles.
    pub first_wait: Duration,
    /// The longest wait of the hub's own choice.
    pub longest_wait: Duration,
    /// How long a request that is on its way may still take after the order to stop.
    pub grace: Duration,
}

impl Default for UplinkOptions {
    fn default() -> Self {
        Self {
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_mins(1),
            grace: Duration::from_secs(5),
        }
    }
}

/// The task that uploads.
pub struct Uplink<L, W> {
    ledger: L,
    wire: W,
    random: Arc<dyn Random>,
    options: UplinkOptions,
    backoff: Backoff,
    largest: usize,
    status: watch::Sender<Status>,
}

impl<L, W> fmt::Debug for Uplink<L, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Uplink")
            .field("status", &*self.status.borrow())
            .finish_non_exhaustive()
    }
}

/// What follows an attempt.
enum Next {
    /// The batch is settled.
    Settled,
    /// The same bytes once more, later.
    Again { reason: String, wish: Option<Duration> },
    /// A smaller batch, at once.
    Smaller,
    /// The same bytes once the platform calls the hub active.
    WhenActive(Phase),
}

/// The order to stop came.
struct Stopped;

impl<L: Ledger, W: Wire> Uplink<L, W> {
    /// An uplink that does nothing before [`Uplink::run`].
    pub fn new(ledger: L, wire: W, random: Arc<dyn Random>, options: UplinkOptions) -> Self {
        Self {
            ledger,
            wire,
            random,
            backoff: Backoff::new(options.first_wait, options.longest_wait),
            options,
            largest: LARGEST_BATCH_BYTES,
            status: watch::Sender::new(Status::new()),
        }
    }

    /// What it is doing, now and from now on.
    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    /// Uploads until told to stop. A request that is on its way then may finish within the grace; whatever has no
    /// verdict stays in the ledger, and the next start goes on there.
    pub async fn run(mut self, stop: CancellationToken) {
        while let Ok(batch) = self.batch(&stop).await {
            if self.deliver(&batch, &stop).await.is_err() {
                break;
            }
        }
        self.enter(Phase::Stopped);
    }

    /// The next batch, as soon as there is one.
    async fn batch(&mut self, stop: &CancellationToken) -> Result<Batch, Stopped> {
        loop {
            let oldest = tokio::select! {
                biased;
                () = stop.cancelled() => return Err(Stopped),
                oldest = self.oldest() => oldest,
            };
            match oldest {
                Ok(Some(batch)) => return Ok(batch),
                Ok(None) => {}
                Err(error) => self.pause(error.to_string(), None, stop).await?,
            }
        }
    }

    async fn oldest(&self) -> Result<Option<Batch>, LedgerError> {
        self.ledger.ready().await;
        let entries = self.ledger.oldest(LARGEST_BATCH_ITEMS).await?;
        Ok(Batch::of(&entries, self.largest))
    }

    /// Sends the batch until it is settled, or has to be made anew.
    async fn deliver(&mut self, batch: &Batch, stop: &CancellationToken) -> Result<(), Stopped> {
        loop {
            self.enter(Phase::Sending);
            let answer = self
                .finish(self.wire.upload(batch.body(), batch.ids().len()), stop)
                .await?;
            match self.judge(batch, answer).await {
                Next::Settled => {
                    self.backoff.reset();
                    // Grows back slowly after a 413, which may have been a proxy's passing mood.
                    self.largest = (self.largest + self.largest / 8).min(LARGEST_BATCH_BYTES);
                    self.enter(Phase::Idle);
                    return Ok(());
                }
                Next::Smaller => return Ok(()),
                Next::Again { reason, wish } => self.pause(reason, wish, stop).await?,
                Next::WhenActive(phase) => self.until_active(phase, stop).await?,
            }
        }
    }

    async fn judge(&mut self, batch: &Batch, answer: Result<Vec<Verdict>, CallError>) -> Next {
        match answer {
            Ok(verdicts) if verdicts.len() == batch.ids().len() => self.settle(batch, verdicts).await,
            Ok(_) => again(&CallError::Unreadable(
                "it has another number of verdicts than readings were sent",
            )),
            Err(CallError::NotConfirmed) => Next::WhenActive(Phase::NotConfirmed),
            Err(CallError::Inactive) => Next::WhenActive(Phase::Inactive),
            Err(CallError::TooLarge) if batch.ids().len() > 1 => {
                self.largest = batch.body().len() / 2;
                tracing::warn!(largest = self.largest, "the platform takes smaller batches only");
                Next::Smaller
            }
            Err(error) => again(&error),
        }
    }

    async fn settle(&mut self, batch: &Batch, verdicts: Vec<Verdict>) -> Next {
        let settled: Vec<(EntryId, Verdict)> = batch.ids().iter().copied().zip(verdicts).collect();
        if let Err(error) = self.ledger.settle(&settled).await {
            return Next::Again {
                reason: error.to_string(),
                wish: None,
            };
        }
        self.status.send_modify(|status| {
            for (id, verdict) in &settled {
                if let Verdict::Quarantined { reason } | Verdict::Rejected { reason } = verdict {
                    tracing::warn!(
                        entry = id.0,
                        reason,
                        "the platform did not take a reading as it is"
                    );
                }
                status.count(verdict);
            }
        });
        Next::Settled
    }

    /// Asks for the hub's state, which is small, instead of sending half a megabyte again and again.
    async fn until_active(&mut self, mut phase: Phase, stop: &CancellationToken) -> Result<(), Stopped> {
        let mut wish = None;
        loop {
            let longest = if phase == Phase::NotConfirmed {
                CONFIRMED_WITHIN
            } else {
                self.options.longest_wait
            };
            self.enter(phase.clone());
            let wait = match wish.take() {
                None => self.next_wait(None).min(longest),
                wish => self.next_wait(wish),
            };
            self.sleep(wait, stop).await?;
            match self.finish(self.wire.state(), stop).await? {
                Ok(HubState::Active) => return Ok(()),
                Ok(HubState::Claimed) => phase = Phase::NotConfirmed,
                Ok(HubState::Inactive | HubState::Other) => phase = Phase::Inactive,
                Err(error) => {
                    tracing::warn!(%error, "the platform did not tell the hub's state");
                    wish = error.retry_after();
                }
            }
        }
    }

    async fn pause(
        &mut self,
        reason: String,
        wish: Option<Duration>,
        stop: &CancellationToken,
    ) -> Result<(), Stopped> {
        let wait = self.next_wait(wish);
        tracing::warn!(reason, ?wait, "the readings wait");
        self.enter(Phase::Retrying { wait, reason });
        self.sleep(wait, stop).await
    }

    fn next_wait(&mut self, wish: Option<Duration>) -> Duration {
        let mut chance = [u8::MAX];
        if !self.random.fill(&mut chance) {
            chance = [u8::MAX];
        }
        self.backoff.next(chance[0], wish)
    }

    async fn sleep(&self, wait: Duration, stop: &CancellationToken) -> Result<(), Stopped> {
        tokio::select! {
            biased;
            () = stop.cancelled() => Err(Stopped),
            () = tokio::time::sleep(wait) => Ok(()),
        }
    }

    /// Lets a call finish; after the order to stop only within the grace.
    async fn finish<F: Future>(&self, call: F, stop: &CancellationToken) -> Result<F::Output, Stopped> {
        let mut call = pin!(call);
        tokio::select! {
            biased;
            output = &mut call => return Ok(output),
            () = stop.cancelled() => {}
        }
        tokio::time::timeout(self.options.grace, call)
            .await
            .map_err(|_| Stopped)
    }

    fn enter(&self, phase: Phase) {
        self.status.send_if_modified(|status| {
            let changed = status.phase != phase;
            status.phase = phase;
            changed
        });
    }
}

fn again(error: &CallError) -> Next {
    let reason = match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    };
    Next::Again {
        reason,
        wish: error.retry_after(),
    }
}
