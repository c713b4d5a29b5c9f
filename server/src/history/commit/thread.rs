//! The thread of the commits. All readings come together here, and their answers go out from here: on the threads that
//! everything else shares, each step of it would begin with waking another thread.

use std::io;
use std::sync::Arc;

use sqlx::PgPool;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use super::Limits;
use super::gathering::Gathering;
use super::task::{Expectation, Task};

/// Starts it. It ends once the gathering is closed and empty, and what was taken apart is answered.
pub(super) fn start(
    system: &PgPool,
    limits: Limits,
    after: Arc<dyn Fn() + Send + Sync>,
    gathering: Arc<Gathering>,
) -> io::Result<()> {
    let system = system.clone();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let work = move || runtime.block_on(run(system, limits, after, gathering));
    std::thread::Builder::new()
        .name("commit".to_owned())
        .spawn(work)
        .map(drop)
}

async fn run(system: PgPool, limits: Limits, after: Arc<dyn Fn() + Send + Sync>, gathering: Arc<Gathering>) {
    // Connections that were made here are also woken here. One more than there are commits, for what is taken apart.
    let connections = u32::try_from(limits.committers + 1).unwrap_or(u32::MAX);
    let options = system.options().clone().max_connections(connections);
    let own = options.connect_lazy_with(system.connect_options().as_ref().clone());
    drop(system);
    let (halving, beside) = (Arc::new(Semaphore::new(1)), TaskTracker::new());
    let expectation = Arc::new(Expectation::default());
    for _ in 0..limits.committers {
        let task = Task {
            system: own.clone(),
            batch: limits.batch,
            after: Arc::clone(&after),
            halving: Arc::clone(&halving),
            expectation: Arc::clone(&expectation),
            beside: beside.clone(),
        };
        beside.spawn(task.run(Arc::clone(&gathering)));
    }
    beside.close();
    beside.wait().await;
    own.close().await;
}
