//! Looking after the postmaster: one process at a time does, and another takes over when it is gone.

use std::fs::File;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::Child;
use tokio_util::sync::CancellationToken;

use super::EmbeddedError;
use super::cluster::Cluster;
use crate::ground::swallow::swallow;

/// How often a postmaster that is not this process's child, and the lock of another process, are looked at.
const LOOK: Duration = Duration::from_secs(1);
/// Between two questions whether a start has come to its end.
const ASK: Duration = Duration::from_millis(100);
/// How long one may say nothing before its start counts as failed, by the clock.
const SILENCE: Duration = Duration::from_mins(2);
/// How long a start that ends at once is tried again: what a killed postmaster leaves behind, its processes and its entry in
/// the kernel's table, can outlive it.
const TRIED: Duration = Duration::from_secs(45);
/// The longest pause between two of these tries.
const TRY_PAUSE: Duration = Duration::from_secs(5);
/// The pause before the first new start, and the longest that it grows to.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(30));
/// Who lived that long did not die of its start, so that the pauses begin anew.
const SETTLED: Duration = Duration::from_mins(1);
/// How long a stop may take: PostgreSQL writes everything down.
const STOP: Duration = Duration::from_mins(1);
/// How long one may take to stop that has not yet answered anybody.
const STOP_EARLY: Duration = Duration::from_secs(20);
/// How often the log's length is looked at.
const LOG: Duration = Duration::from_mins(1);

/// Who looks after the postmaster, or would like to.
#[derive(Debug)]
pub(super) struct Keeper {
    cluster: Arc<Cluster>,
    /// Held by the one who looks after it.
    lock: Option<File>,
    /// The postmaster, where this process started it. An adopted one is nobody's child.
    child: Option<Child>,
    patience: Duration,
}

impl Keeper {
    /// One who neither holds nor knows anything yet.
    pub(super) fn of(cluster: Arc<Cluster>) -> Self {
        Self {
            cluster,
            lock: None,
            child: None,
            patience: SILENCE,
        }
    }

    /// Returns once the postmaster answers, whoever looks after it. May be dropped at any await: what was started until then
    /// is still this keeper's, see [`Keeper::abandon`].
    pub(super) async fn begin(&mut self) -> Result<(), EmbeddedError> {
        let mut waiting = Waiting::for_at_most(self.patience);
        loop {
            self.lock = self.cluster.folder().try_lock()?;
            if self.lock.is_some() {
                return self.look_after().await;
            }
            match self.cluster.answers(waiting.until).await {
                Ok(()) => return Ok(()),
                Err(error) => waiting.go_on_after(error)?,
            }
            tokio::time::sleep(ASK).await;
        }
    }

    async fn look_after(&mut self) -> Result<(), EmbeddedError> {
        if !self.cluster.folder().is_initialised() {
            tracing::info!("making a new PostgreSQL cluster");
            self.cluster.initialise().await?;
        }
        let until = Instant::now() + TRIED;
        let mut pauses = Pauses::new();
        loop {
            match self.adopt_or_start().await {
                Err(error @ EmbeddedError::Program { .. }) if Instant::now() < until => {
                    let pause = pauses.next().min(TRY_PAUSE);
                    tracing::warn!(
                        %error,
                        ?pause,
                        "the private PostgreSQL did not start; waiting for the end of what an earlier one left behind"
                    );
                    tokio::time::sleep(pause).await;
                }
                tried => return tried,
            }
        }
    }

    /// A server that was killed at its start may have left a postmaster that is too young to be seen. PostgreSQL itself lets
    /// no second one on a cluster, and the next look finds the first.
    async fn adopt_or_start(&mut self) -> Result<(), EmbeddedError> {
        if self.cluster.is_gone().await {
            self.start().await?;
            tracing::info!("started the private PostgreSQL");
        } else {
            tracing::info!("a private PostgreSQL is running already; waiting for its answer");
            self.until_it_answers().await?;
            tracing::info!("adopted the private PostgreSQL that was still running");
        }
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
        let mut looked = Instant::now();
        loop {
            if self.lock.is_some() && looked.elapsed() >= LOG {
                looked = Instant::now();
                swallow(self.cluster.folder().bound_log(), "a long log costs only room");
            }
            if let Some(child) = &mut self.child {
                match tokio::time::timeout(LOG, child.wait()).await {
                    Ok(Ok(status)) => {
                        tracing::warn!(%status, "the private PostgreSQL's postmaster has ended");
                    }
                    Ok(Err(error)) => tracing::warn!(%error, "the postmaster cannot be waited for"),
                    Err(_still_runs) => continue,
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

    /// Gives up when it has ended.
    async fn until_it_answers(&mut self) -> Result<(), EmbeddedError> {
        let mut waiting = Waiting::for_at_most(self.patience);
        loop {
            let Err(error) = self.cluster.answers(waiting.until).await else {
                return Ok(());
            };
            let ended = match &mut self.child {
                Some(child) => !matches!(child.try_wait(), Ok(None)),
                None => self.cluster.is_gone().await,
            };
            if ended {
                self.child = None;
                return Err(EmbeddedError::Program {
                    program: "postgres",
                    output: self.cluster.end_of_log(),
                });
            }
            waiting.go_on_after(error)?;
            tokio::time::sleep(ASK).await;
        }
    }

    /// Leaves before the postmaster has answered: stops the one that this process started, unless others wait for it. One
    /// that it found is left as it was found.
    pub(super) async fn abandon(mut self, user: &File) {
        let Some(child) = &mut self.child else { return };
        if !matches!(self.cluster.folder().is_last(user), Ok(true)) {
            return;
        }
        let ended = interrupt(child) && tokio::time::timeout(STOP_EARLY, child.wait()).await.is_ok();
        if ended {
            tracing::info!("stopped the private PostgreSQL");
        } else {
            tracing::warn!("the private PostgreSQL does not stop yet; the next start adopts it");
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
        // A child is asked itself, for it may be too young to have a pid file.
        if let Some(child) = &mut self.child
            && interrupt(child)
            && tokio::time::timeout(STOP, child.wait()).await.is_ok()
        {
            return Ok(());
        }
        if self.cluster.is_gone().await {
            return Ok(());
        }
        self.cluster
            .pg_ctl(&["-m", "fast", "-w", "-t", "60", "stop"])
            .await
    }
}

/// Asks for the fast shutdown.
fn interrupt(child: &Child) -> bool {
    let pid = child.id().and_then(|pid| i32::try_from(pid).ok());
    pid.and_then(Pid::from_raw)
        .is_some_and(|pid| kill_process(pid, Signal::INT).is_ok())
}

/// How long somebody still waits for an answer.
#[derive(Debug)]
struct Waiting {
    most: Duration,
    until: Instant,
    told: bool,
}

impl Waiting {
    fn for_at_most(most: Duration) -> Self {
        Self {
            most,
            until: Instant::now() + most,
            told: false,
        }
    }

    /// Returns the error when the time is over. Who says that it is busy starting has not fallen silent: after a crash it
    /// may have gigabytes to read.
    fn go_on_after(&mut self, error: EmbeddedError) -> Result<(), EmbeddedError> {
        if error.is_busy() {
            if !self.told {
                tracing::info!(%error, "waiting for the private PostgreSQL");
            }
            self.told = true;
            self.until = Instant::now() + self.most;
        }
        if Instant::now() < self.until {
            Ok(())
        } else {
            Err(error)
        }
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

    #[tokio::test]
    async fn a_postmaster_that_takes_connections_and_says_nothing_is_waited_for_by_the_clock() {
        let data_dir = std::env::temp_dir().join(format!("vw-keeper-{}", std::process::id()));
        let cluster = Arc::new(Cluster::find(&data_dir).unwrap());
        let socket = cluster.folder().sockets().join(".s.PGSQL.5432");
        std::fs::create_dir(cluster.folder().cluster()).unwrap();
        let ours = std::process::id().to_string();
        std::fs::write(cluster.folder().cluster().join("postmaster.pid"), ours).unwrap();
        let _hung = std::os::unix::net::UnixListener::bind(socket).unwrap();
        let mut keeper = Keeper::of(cluster);
        keeper.patience = Duration::from_millis(300);
        let began = Instant::now();
        let given_up = keeper.adopt_or_start().await.unwrap_err();
        assert!(matches!(given_up, EmbeddedError::Silent), "{given_up}");
        // One question alone could take five seconds.
        assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
        std::fs::remove_dir_all(data_dir).unwrap();
    }

    #[test]
    fn one_that_is_busy_starting_is_waited_for_anew() {
        let mut waiting = Waiting::for_at_most(Duration::ZERO);
        waiting.go_on_after(EmbeddedError::Silent).unwrap_err();
        waiting.most = Duration::from_mins(1);
        waiting.go_on_after(EmbeddedError::Silent).unwrap_err();
        waiting
            .go_on_after(EmbeddedError::Busy("reading".to_owned()))
            .unwrap();
        waiting.go_on_after(EmbeddedError::Silent).unwrap();
    }
}
