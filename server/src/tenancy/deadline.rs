//! Questions to the database for which somebody waits. PostgreSQL gives a statement up by itself after a while; where its
//! host is gone, nobody does, and the connection must not come back to the pool.

use std::io;
use std::time::Duration;

use sqlx::{PgConnection, PgPool};
use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout_at};

/// For the connection and the answer together: far longer than a look-up takes, and short enough that its sender still
/// hears what is wrong.
const LONGEST: Duration = Duration::from_secs(4);

/// Asks on one of the pool's connections, and gives up together with the connection when no answer comes in good time.
pub async fn in_good_time<T>(
    pool: &PgPool,
    ask: impl AsyncFnOnce(&mut PgConnection) -> Result<T, sqlx::Error>,
) -> Result<T, sqlx::Error> {
    // Boxed: what asks only now and then, as the memory of who sends does, would otherwise carry room for all this along.
    Box::pin(async move {
        let until = Instant::now() + LONGEST;
        let mut connection = timeout_at(until, pool.acquire()).await.map_err(late)??;
        match timeout_at(until, ask(&mut connection)).await {
            Ok(answer) => answer,
            Err(elapsed) => {
                drop(connection.detach());
                Err(late(elapsed))
            }
        }
    })
    .await
}

fn late(elapsed: Elapsed) -> sqlx::Error {
    sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, elapsed))
}
