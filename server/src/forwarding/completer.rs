//! Writes down what became of attempts: many in one statement.

use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::mpsc;
use tokio::time::sleep;

use super::attempt::Finished;
use super::store::complete;
use crate::ground::ids::CustomerId;
use crate::queue::Signals;

/// Attempts that may wait to be written down; past that, workers wait with them.
const ROOM: usize = 2048;
/// Attempts in one statement at most.
const GROUP: usize = 512;
const LINGER: Duration = Duration::from_millis(3);
const RETRY: Duration = Duration::from_millis(250);
/// After this many failures the group is given up: its leases end, and it is sent again.
const PATIENCE: u32 = 40;

/// Takes finished attempts until every sender is gone, and writes all of them down.
pub(super) async fn run(pool: PgPool, signals: Signals, mut finished: mpsc::Receiver<Finished>) {
    let mut group = Vec::with_capacity(GROUP);
    while finished.recv_many(&mut group, GROUP).await > 0 {
        if group.len() < GROUP {
            // A moment later there are more, and a group costs little more than a single one.
            sleep(LINGER).await;
            while group.len() < GROUP
                && let Ok(more) = finished.try_recv()
            {
                group.push(more);
            }
        }
        write_down(&pool, &signals, &group).await;
        group.clear();
    }
}

/// The entry for workers, and the other end for [`run`].
pub(super) fn channel() -> (mpsc::Sender<Finished>, mpsc::Receiver<Finished>) {
    mpsc::channel(ROOM)
}

/// Writes a group down. A row that the database refuses is found by halving, so that it sinks no other.
async fn write_down(pool: &PgPool, signals: &Signals, group: &[Finished]) {
    let mut pieces = vec![group];
    let mut patience = PATIENCE;
    while let Some(piece) = pieces.pop() {
        match complete::system_complete(pool, piece).await {
            Ok(customers) => written(signals, piece.len(), customers),
            Err(error) if is_refused(&error) && piece.len() > 1 => {
                tracing::error!(%error, attempts = piece.len(), "the database refused attempts; halving");
                let (first, second) = piece.split_at(piece.len() / 2);
                pieces.extend([second, first]);
            }
            Err(error) if !is_refused(&error) && patience > 0 => {
                tracing::warn!(%error, attempts = piece.len(), "attempts could not be written down; trying again");
                patience -= 1;
                pieces.push(piece);
                sleep(RETRY).await;
            }
            Err(error) => {
                tracing::error!(%error, attempts = piece.len(), "attempts were not written down; they will be sent again");
            }
        }
    }
}

/// `customers` has one entry for each attempt that counted.
fn written(signals: &Signals, attempts: usize, mut customers: Vec<CustomerId>) {
    let stale = attempts.saturating_sub(customers.len());
    if stale > 0 {
        tracing::info!(
            stale,
            "attempts ended after their lease had been lost; they change nothing"
        );
        metrics::counter!("vitalwire_delivery_stale_total").increment(stale as u64);
    }
    customers.sort_unstable();
    customers.dedup();
    signals.published(&customers);
}

/// Data exceptions and broken constraints will not go away by trying again.
fn is_refused(error: &sqlx::Error) -> bool {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| code.starts_with("22") || code.starts_with("23"))
}
