//! A thread's line to the database: connections that are kept from commit to commit, the one used last first. A pool
//! would hand out the one that has rested longest, whose process has gone cold, and would first ask whether it lives.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres};

use super::statement::{self, Done, Form};
use crate::tenancy::has_ended;

/// A statement that takes longer is given up with its connection, as its senders have given it up: PostgreSQL may be
/// stopped, or its host gone.
const LONGEST: Duration = super::PATIENCE;
/// PostgreSQL itself ends it before, so that it is not stored behind the back of senders who send it again.
const LIMITS: [(&str, &str); 2] = [("statement_timeout", "4500ms"), ("lock_timeout", "4s")];
/// A connection that takes longer is waited for in vain.
const CONNECTED: Duration = Duration::from_secs(2);

/// Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pool: PgPool,
    kept: Arc<Mutex<Vec<PoolConnection<Postgres>>>>,
}

impl Line {
    /// A line whose connections are made, and therefore woken, on the thread that calls this.
    pub(super) fn like(pool: &PgPool, connections: u32) -> Self {
        let limited = pool.connect_options().as_ref().clone().options(LIMITS);
        let options = pool
            .options()
            .clone()
            .max_connections(connections)
            .acquire_timeout(CONNECTED);
        Self::over(options.connect_lazy_with(limited))
    }

    /// A line over connections that others use as well.
    pub(super) fn over(pool: PgPool) -> Self {
        Self {
            pool,
            kept: Arc::default(),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Vec<PoolConnection<Postgres>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs the commit's statement. A connection that was kept may have ended since its last commit; the statement is then
    /// run again on a new one, which stores nothing twice.
    pub(super) async fn run(&self, form: Form<'_>) -> Result<Done, sqlx::Error> {
        loop {
            let kept = self.kept().pop();
            let (mut connection, is_new) = match kept {
                Some(connection) => (connection, false),
                None => (self.pool.acquire().await?, true),
            };
            let running = statement::run(&mut connection, form);
            let answer = match tokio::time::timeout(LONGEST, running).await {
                Ok(answer) => answer,
                Err(elapsed) => {
                    drop(connection.detach());
                    // The others lead to the same host.
                    self.kept()
                        .drain(..)
                        .for_each(|connection| drop(connection.detach()));
                    return Err(sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, elapsed)));
                }
            };
            match answer {
                Err(error) if !is_of_the_rows(&error) => {
                    // Whatever is wrong, the next commit asks somebody new: this may be a server that was replaced.
                    drop(connection.detach());
                    if is_new || !has_ended(&error) {
                        return Err(error);
                    }
                    tracing::info!(%error, "a kept connection has ended; the commit is run on a new one");
                }
                answer => {
                    self.kept().push(connection);
                    return answer;
                }
            }
        }
    }
}

/// Whether the error speaks of what was to be stored (class 22, data exceptions; 23, broken constraints) or of others
/// who store at the same time (40), and not of the server.
fn is_of_the_rows(error: &sqlx::Error) -> bool {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| ["22", "23", "40"].iter().any(|class| code.starts_with(class)))
}
