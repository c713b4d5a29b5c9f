//! Looking after the postmaster: one process at a time does, and another takes over when it is gone.

use std::fs::File;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::Child;
use tokio_util::sync::CancellationToken;

use super::EmbeddedError;
use super::cluster::Cluster;

/// How often a postmaster that is not this process's child, and the lock of another process, are looked at.
const LOOK: Duration = Duration::from_secs(1);
/// Between two questions whether a start has come to its end.
const ASK: Duration = Duration::from_millis(100);
/// How many of them before a start counts as failed: two minutes.
const QUESTIONS: u32 = 1200;
/// The pause before the first new start, and the longest that it grows to.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(30));
/// Who lived that long did not die of its start, so that the pauses begin anew.
const SETTLED: Duration = Duration::from_mins(1);
/// How long a stop may take: PostgreSQL writes everything down.
const STOP: Duration = Duration::from_mins(1);

/// Who looks after the postmaster, or would like to.
#[derive(Debug)]
pub(super) struct Keeper {
    cluster: Arc<Cluster>,
    /// Held by the one who looks after it.
    lock: Option<File>,
    /// The postmaster, where this process started it. An adopted one is nobody's child.
    child: Option<Child>,
}

impl Keeper {
    /// One who neither holds nor knows anything yet.
    pub(super) fn of(cluster: Arc<Cluster>) -> Self {
        Self {
            cluster,
            lock: None,
            child: None,
        }
    }

    /// Returns once the postmaster answers, whoever looks after it.
    pub(super) async fn begin(cluster: Arc<Cluster>) -> Result<Self, EmbeddedError> {
        let mut keeper = Self::of(cluster);
        let mut questions = 0;
        loop {
            keeper.lock = keeper.cluster.folder().try_lock()?;
            if keeper.lock.is_some() {
                keeper.look_after().await?;
                return Ok(keeper);
            }
            match keeper.cluster.answers().await {
                Ok(()) => return Ok(keeper),
                Err(error) if questions >= QUESTIONS => return Err(error),
                Err(_) => questions += 1,
            }
            tokio::time::sleep(ASK).await;
        }
    }

    async fn look_after(&mut self) -> Result<(), EmbeddedError> {
        if !self.cluster.folder().is_initialised() {
            tracing::info!("making a new PostgreSQL cluster");
            self.cluster.initialise().await?;
        }
        if !self.cluster.is_gone().await {
            self.until_it_answers().await?;
            tracing::info!("adopted the private PostgreSQL that was still running");
            return Ok(());
        }
        if let Err(error) = self.start().await {
            // A server that was killed at its start may have left one that was too young to be seen; PostgreSQL itself
            // lets no second one on a cluster.
            tokio::time::sleep(LOOK).await;
            if self.cluster.is_gone().await {
                return Err(error);
            }
            self.until_it_answers().await?;
        }
        tracing::info!("started the private PostgreSQL");
        Ok(())
    }

    /// Starts it whenever it has ended, with a growing pause between the starts, until told to stop. Nothing that was
    /// committed is lost by it: `fsync` is on.
    pub(super) async fn watch(mut self, stop: CancellationToken) -> Self {
        let mut pauses = Pauses::new();
        loop {
            tokio::select! {
                () = stop.cancelled() => return self,
                () = self.until_needed() => {}
            }
            let pause = pauses.next();
            tracing::warn!(?pause, "the private PostgreSQL has ended; it is started again");
            tokio::select! {
                () = stop.cancelled() => return self,
                () = tokio::time::sleep(pause) => {}
            }
            tokio::select! {
                () = stop.cancelled() => return self,
                started = self.start() => match started {
                    Ok(()) => tracing::info!("started the private PostgreSQL again"),
                    Err(error) => tracing::error!(%error, "the private PostgreSQL did not start again"),
                },
            }
        }
    }

    /// Returns when the postmaster has ended and it is this process that has to start it. May be dropped at any await.
    async fn until_needed(&mut self) {
        loop {
            if let Some(child) = &mut self.child {
                match child.wait().await {
                    Ok(status) => tracing::warn!(%status, "the private PostgreSQL's postmaster has ended"),
                    Err(error) => tracing::warn!(%error, "the postmaster cannot be waited for"),
                }
                self.child = None;
            }
            if self.lock.is_none() {
                match self.cluster.folder().try_lock() {
                    Ok(lock) => self.lock = lock,
                    Err(error) => tracing::warn!(%error, "cannot look whether PostgreSQL has a keeper"),
                }
                if self.lock.is_some() {
                    tracing::info!("looking after the private PostgreSQL from now on");
                }
            }
            if self.lock.is_some() && self.cluster.is_gone().await {
                return;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn start(&mut self) -> Result<(), EmbeddedError> {
        self.child = Some(self.cluster.launch()?);
        self.until_it_answers().await
    }

    /// Gives up when the child has ended.
    async fn until_it_answers(&mut self) -> Result<(), EmbeddedError> {
        let mut questions = 0;
        loop {
            match self.cluster.answers().await {
                Ok(()) => return Ok(()),
                Err(error) if questions >= QUESTIONS => return Err(error),
                Err(_) => questions += 1,
            }
            let ended = self
                .child
                .as_mut()
                .is_some_and(|child| !matches!(child.try_wait(), Ok(None)));
            if ended {
                self.child = None;
                return Err(EmbeddedError::Program {
                    program: "postgres",
                    output: self.cluster.end_of_log(),
                });
            }
            tokio::time::sleep(ASK).await;
        }
    }

    /// Stops the postmaster. To be asked only of the last user: a lock that is held is held by one who is leaving.
    pub(super) async fn stop(&mut self) -> Result<(), EmbeddedError> {
        let mut questions = 0;
        while self.lock.is_none() && questions < 50 {
            self.lock = self.cluster.folder().try_lock()?;
            questions += 1;
            tokio::time::sleep(ASK).await;
        }
        // A child is asked itself, for it may be too young to have a pid file. SIGINT is the fast shutdown.
        if let Some(child) = &mut self.child {
            let pid = child.id().and_then(|pid| i32::try_from(pid).ok());
            if let Some(pid) = pid.and_then(Pid::from_raw)
                && kill_process(pid, Signal::INT).is_ok()
                && tokio::time::timeout(STOP, child.wait()).await.is_ok()
            {
                return Ok(());
            }
        }
        if self.cluster.is_gone().await {
            return Ok(());
        }
        self.cluster
            .pg_ctl(&["-m", "fast", "-w", "-t", "60", "stop"])
            .await
    }
}

/// The growing pauses between starts.
#[derive(Debug)]
struct Pauses {
    next: Duration,
    last: Option<Instant>,
}

impl Pauses {
    fn new() -> Self {
        Self {
            next: PAUSES.0,
            last: None,
        }
    }

    fn next(&mut self) -> Duration {
        let now = Instant::now();
        if self
            .last
            .is_some_and(|last| now.duration_since(last) > self.next + SETTLED)
        {
            self.next = PAUSES.0;
        }
        self.last = Some(now);
        let pause = self.next;
        self.next = (pause * 2).min(PAUSES.1);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pauses_grow_to_a_limit_and_begin_anew() {
        let mut pauses = Pauses::new();
        let grown: Vec<u128> = (0..9).map(|_| pauses.next().as_millis()).collect();
        assert_eq!(grown, [250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000]);
        pauses.last = Instant::now().checked_sub(Duration::from_mins(2));
        assert_eq!(pauses.next(), PAUSES.0);
    }
}
