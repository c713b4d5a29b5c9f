//! How long the uplink waits, with time that stands still until everybody waits.

use std::sync::Arc;

use tokio::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

use super::scripted::{Line, Scripted};
use super::{Always, item};
use crate::{
    CallError, Entry, EntryId, HubState, Item, Ledger, LedgerError, MemoryLedger, Phase, Uplink,
    UplinkOptions, Verdict,
};

fn refused(status: u16, seconds: Option<u64>) -> CallError {
    CallError::Refused {
        status,
        slug: "too-busy".into(),
        retry_after: seconds.map(Duration::from_secs),
    }
}

/// Runs until everything in the ledger is settled, then stops. Waits are not shortened by chance.
async fn settle_all<L: Ledger + Clone + 'static>(ledger: L, wire: &Arc<Scripted>, count: u64) {
    let uplink = Uplink::new(
        ledger,
        Arc::clone(wire),
        Arc::new(Always(255)),
        UplinkOptions::default(),
    );
    let (mut status, stop) = (uplink.status(), CancellationToken::new());
    let task = tokio::spawn(uplink.run(stop.clone()));
    status.wait_for(|status| status.settled() >= count).await.unwrap();
    stop.cancel();
    task.await.unwrap();
}

async fn one_reading() -> Arc<MemoryLedger> {
    let ledger = Arc::new(MemoryLedger::new(10));
    ledger.push(item(1)).await.unwrap();
    ledger
}

#[tokio::test(start_paused = true)]
async fn waits_double_up_to_a_minute() {
    let wire = Arc::new(Scripted::new(
        (0..8).map(|_| Line::Upload(Err(refused(500, None)))),
    ));
    settle_all(one_reading().await, &wire, 1).await;
    assert_eq!(wire.times(), [0., 1., 3., 7., 15., 31., 63., 123., 183.]);
}

#[tokio::test(start_paused = true)]
async fn a_success_ends_the_doubling() {
    let ledger = one_reading().await;
    let wire = Arc::new(Scripted::new([
        Line::Upload(Err(refused(500, None))),
        Line::Upload(Err(refused(500, None))),
        Line::Upload(Ok(())),
        Line::Upload(Err(refused(500, None))),
    ]));
    settle_all(Arc::clone(&ledger), &wire, 1).await;
    ledger.push(item(2)).await.unwrap();
    settle_all(ledger, &wire, 1).await;
    assert_eq!(wire.times(), [0., 1., 3., 3., 4.]);
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_honoured() {
    let wire = Arc::new(Scripted::new([
        Line::Upload(Err(refused(503, Some(120)))),
        Line::Upload(Err(refused(429, Some(2)))),
    ]));
    settle_all(one_reading().await, &wire, 1).await;
    assert_eq!(wire.times(), [0., 121., 124.]);
}

#[tokio::test(start_paused = true)]
async fn what_arrives_meanwhile_does_not_change_the_batch() {
    let ledger = one_reading().await;
    let wire = Arc::new(Scripted::new([
        Line::Upload(Err(refused(500, None))),
        Line::Late(Duration::from_secs(3)),
    ]));
    let later = tokio::spawn({
        let ledger = Arc::clone(&ledger);
        async move {
            tokio::time::sleep(Duration::from_millis(100)).await;
            ledger.push(item(2)).await.unwrap();
        }
    });
    settle_all(ledger, &wire, 2).await;
    later.await.unwrap();
    let calls = wire.calls();
    assert_eq!(calls[0].1, calls[1].1);
    assert_eq!(
        calls[2],
        (4., format!(r#"{{"readings":[{}]}}"#, item(2).as_json()))
    );
}

#[tokio::test(start_paused = true)]
async fn an_unconfirmed_hub_asks_every_ten_seconds_and_an_inactive_one_every_minute() {
    let state = |state| Line::State(Ok(state));
    let wire = Arc::new(Scripted::new([
        Line::Upload(Err(CallError::NotConfirmed)),
        state(HubState::Claimed),
        state(HubState::Claimed),
        state(HubState::Claimed),
        state(HubState::Claimed),
        state(HubState::Claimed),
        state(HubState::Inactive),
        Line::State(Err(refused(503, Some(100)))),
        state(HubState::Active),
    ]));
    settle_all(one_reading().await, &wire, 1).await;
    assert_eq!(wire.times(), [0., 1., 3., 7., 15., 25., 35., 95., 196., 196.]);
}

#[tokio::test(start_paused = true)]
async fn a_single_reading_that_is_too_large_waits() {
    let wire = Arc::new(Scripted::new([Line::Upload(Err(CallError::TooLarge))]));
    settle_all(one_reading().await, &wire, 1).await;
    assert_eq!(wire.times(), [0., 1.]);
}

#[tokio::test(start_paused = true)]
async fn a_request_on_its_way_may_finish_within_the_grace() {
    for (takes, left, stopped) in [(4, 0, 4), (3_600, 1, 5)] {
        let (ledger, began) = (one_reading().await, Instant::now());
        let wire = Arc::new(Scripted::new([Line::Late(Duration::from_secs(takes))]));
        let uplink = Uplink::new(
            Arc::clone(&ledger),
            wire,
            Arc::new(Always(255)),
            UplinkOptions::default(),
        );
        let (mut status, stop) = (uplink.status(), CancellationToken::new());
        let task = tokio::spawn(uplink.run(stop.clone()));
        status
            .wait_for(|status| status.phase == Phase::Sending)
            .await
            .unwrap();
        stop.cancel();
        task.await.unwrap();
        assert_eq!((ledger.len(), began.elapsed().as_secs()), (left, stopped));
        assert_eq!(status.borrow().phase, Phase::Stopped);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_a_wait_at_once() {
    let (ledger, began) = (one_reading().await, Instant::now());
    let wire = Arc::new(Scripted::new([Line::Upload(Err(refused(503, Some(600))))]));
    let uplink = Uplink::new(
        Arc::clone(&ledger),
        wire,
        Arc::new(Always(255)),
        UplinkOptions::default(),
    );
    let (mut status, stop) = (uplink.status(), CancellationToken::new());
    let task = tokio::spawn(uplink.run(stop.clone()));
    let retrying = Phase::Retrying {
        wait: Duration::from_secs(601),
        reason: "the platform answered 503: too-busy".into(),
    };
    status.wait_for(|status| status.phase == retrying).await.unwrap();
    stop.cancel();
    task.await.unwrap();
    assert_eq!((ledger.len(), began.elapsed().as_secs()), (1, 0));
}

/// A ledger whose disk fails the first time that it is to forget something.
#[derive(Clone)]
struct Failing(Arc<MemoryLedger>, Arc<std::sync::atomic::AtomicBool>);

impl Ledger for Failing {
    async fn push(&self, item: Item) -> Result<EntryId, LedgerError> {
        self.0.push(item).await
    }

    async fn oldest(&self, n: usize) -> Result<Vec<Entry>, LedgerError> {
        self.0.oldest(n).await
    }

    async fn settle(&self, verdicts: &[(EntryId, Verdict)]) -> Result<(), LedgerError> {
        if !self.1.swap(true, std::sync::atomic::Ordering::Relaxed) {
            return Err(LedgerError::Storage("the disk is full".into()));
        }
        self.0.settle(verdicts).await
    }

    async fn ready(&self) {
        self.0.ready().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_verdict_that_was_not_written_down_is_asked_for_again() {
    let wire = Arc::new(Scripted::new([]));
    settle_all(Failing(one_reading().await, Arc::default()), &wire, 1).await;
    let calls = wire.calls();
    assert_eq!(wire.times(), [0., 1.]);
    assert_eq!(calls[0].1, calls[1].1);
}
