//! The private PostgreSQL's processes, seen from outside; the first above all.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::{Pid, PidfdFlags, Signal, WaitOptions, kill_process, pidfd_open, waitpid};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// How long a new start may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// A postmaster that lived when it was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Postmaster(Pid);

impl Postmaster {
    /// The one of a data folder, if it lives.
    pub fn of(folder: &Path) -> Option<Self> {
        let file = fs::read_to_string(folder.join("postgres/data/postmaster.pid")).ok()?;
        let pid = file.lines().next()?.trim().parse().ok()?;
        Some(Self(Pid::from_raw(pid)?)).filter(|found| found.is_running())
    }

    /// Whether it still runs; one that ended and that nobody has reaped yet has no command line any more.
    pub fn is_running(self) -> bool {
        let words = fs::read(format!("/proc/{}/cmdline", self.0.as_raw_nonzero()));
        words.is_ok_and(|words| !words.is_empty())
    }

    /// Not the first: the one that serves this connection.
    pub async fn backend_of(connection: &mut sqlx::PgConnection) -> Self {
        let pid = sqlx::query_scalar("select pg_backend_pid()")
            .fetch_one(connection)
            .await
            .expect("the connection works");
        Self(Pid::from_raw(pid).expect("it has a pid"))
    }

    pub fn signal(self, signal: Signal) {
        kill_process(self.0, signal).expect("the signal can be sent");
    }

    /// Takes one that has ended out of the kernel's table; for a process that inherits children whose parent is gone.
    pub fn reap(self) {
        let ended = waitpid(Some(self.0), WaitOptions::empty()).expect("it is our child");
        assert!(ended.is_some());
    }

    /// Kills it as the kernel does when memory is short, and waits for its end.
    pub async fn kill(self) {
        let end = pidfd_open(self.0, PidfdFlags::empty()).expect("it runs");
        #[expect(
            deprecated,
            reason = "an owned descriptor stays open, which is all that the unsafe successor asks for"
        )]
        let end = AsyncFd::with_interest(end, Interest::READABLE).expect("it can be waited for");
        kill_process(self.0, Signal::KILL).expect("SIGKILL can be sent");
        let _ended = end.readable().await.expect("it ends");
    }

    /// The one that follows it; who writes its pid into the file tells nobody, so the file is looked at.
    pub async fn successor(self, folder: &Path) -> Self {
        let began = Instant::now();
        loop {
            if let Some(next) = Self::of(folder).filter(|next| *next != self) {
                return next;
            }
            assert!(
                began.elapsed() < PATIENCE,
                "no PostgreSQL follows the one that was killed"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
