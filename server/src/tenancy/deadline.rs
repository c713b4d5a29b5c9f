//! Questions to the database for which somebody waits. PostgreSQL gives a statement up by itself after a while; where its
//! host is gone, nobody does, and the connection must not come back to the pool.

use std::io;
use std::time::Duration;

use sqlx::{PgConnection, PgPool};

/// Far longer than a look-up takes, and short enough that its sender still hears what is wrong.
const LONGEST: Duration = Duration::from_secs(3);

/// Asks on one of the pool's connections, and gives up together with the connection when no answer comes in good time.
pub async fn in_good_time<T>(
    pool: &PgPool,
    ask: impl AsyncFnOnce(&mut PgConnection) -> Result<T, sqlx::Error>,
) -> Result<T, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    match tokio::time::timeout(LONGEST, ask(&mut connection)).await {
        Ok(answer) => answer,
        Err(elapsed) => {
            drop(connection.detach());
            Err(sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, elapsed)))
        }
    }
}
