//! Between processes: one coalesced NOTIFY at most every 20 ms, since one in every commit would cost a large part of
//! the database's throughput, and one connection that listens.

use std::time::Duration;

use data_encoding::HEXLOWER;
use sqlx::PgPool;
use sqlx::postgres::{PgListener, PgNotification};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::signals::{News, Published, Signals};
use super::store;
use crate::ground::Ground;
use crate::ground::ids::CustomerId;
use crate::ground::swallow::swallow;

/// Between two notifications: at most 50 a second.
const PACE: Duration = Duration::from_millis(20);
const RETRY: Duration = Duration::from_secs(1);
/// A payload may have 7,999 bytes; 16 for the sender and 33 for each customer.
const CUSTOMERS_IN_A_PAYLOAD: usize = 200;
const ANYONE: &str = "*";

/// Starts the two tasks; they end with `stop`.
pub(super) fn start(ground: &Ground, pool: &PgPool, signals: &Signals, stop: &CancellationToken) {
    let me = HEXLOWER.encode(&ground.random::<8>());
    let tell = tell(me.clone(), pool.clone(), signals.clone());
    let listen = listen(me, pool.clone(), signals.clone());
    tokio::spawn(stop.clone().run_until_cancelled_owned(tell));
    tokio::spawn(stop.clone().run_until_cancelled_owned(listen));
}

async fn tell(me: String, pool: PgPool, signals: Signals) {
    loop {
        let News { committed, published } = signals.news().await;
        let payload = (!published.is_empty()).then(|| payload(&me, &published));
        let told = store::system_notify(&pool, committed.then_some(me.as_str()), payload.as_deref()).await;
        swallow(told, "other processes poll as well");
        tokio::time::sleep(PACE).await;
    }
}

async fn listen(me: String, pool: PgPool, signals: Signals) {
    loop {
        if let Err(error) = listen_once(&me, &pool, &signals).await {
            tracing::warn!(%error, "not listening to other processes; their news is polled for");
        }
        // Whatever was announced in between is unknown.
        signals.committed_elsewhere();
        signals.publish_here(Published::Anyone);
        tokio::time::sleep(RETRY).await;
    }
}

/// Listens until the connection breaks.
async fn listen_once(me: &str, pool: &PgPool, signals: &Signals) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen_all([store::COMMITTED, store::PUBLISHED]).await?;
    while let Some(notification) = listener.try_recv().await? {
        hear(me, &notification, signals);
    }
    Ok(())
}

fn hear(me: &str, notification: &PgNotification, signals: &Signals) {
    let payload = notification.payload();
    if payload.starts_with(me) {
        return;
    }
    if notification.channel() == store::COMMITTED {
        signals.committed_elsewhere();
    } else {
        signals.publish_here(read_payload(payload));
    }
}

fn payload(me: &str, customers: &[CustomerId]) -> String {
    if customers.len() > CUSTOMERS_IN_A_PAYLOAD {
        return format!("{me} {ANYONE}");
    }
    customers.iter().fold(me.to_owned(), |mut text, customer| {
        text.push(' ');
        text.push_str(
            customer
                .as_uuid()
                .as_simple()
                .encode_lower(&mut Uuid::encode_buffer()),
        );
        text
    })
}

fn read_payload(payload: &str) -> Published {
    let customers: Option<Vec<CustomerId>> = payload
        .split(' ')
        .skip(1)
        .map(|text| Uuid::try_parse(text).ok().map(CustomerId::from))
        .collect();
    customers.map_or(Published::Anyone, |customers| {
        Published::Customers(customers.into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_fit_and_round_trip() {
        let customers: Vec<CustomerId> = (0..CUSTOMERS_IN_A_PAYLOAD as u128)
            .map(|n| Uuid::from_u128(n).into())
            .collect();
        let text = payload("0123456789abcdef", &customers);
        assert!(text.len() < 8_000, "{}", text.len());
        assert_eq!(
            read_payload(&text),
            Published::Customers(customers.clone().into())
        );
        let more: Vec<_> = customers.iter().chain(&customers).copied().collect();
        assert_eq!(
            read_payload(&payload("0123456789abcdef", &more)),
            Published::Anyone
        );
        assert_eq!(read_payload("0123456789abcdef nonsense"), Published::Anyone);
    }
}
