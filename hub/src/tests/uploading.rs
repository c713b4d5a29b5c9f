//! Readings on their way over real HTTP. Waits are a millisecond here; their lengths are `waiting`'s matter.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::claiming::Bedside;
use super::platform::{Mood, Platform};
use super::{Always, item, reading};
use crate::{HubClient, Item, Ledger, MemoryLedger, Phase, Status, Uplink, UplinkOptions};

struct Running {
    ledger: Arc<MemoryLedger>,
    status: watch::Receiver<Status>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// A hub that is not claimed yet, its empty ledger, and the platform in a state.
fn bedside(state: &'static str) -> (Arc<Platform>, Arc<MemoryLedger>, Bedside) {
    let bedside = Bedside::new(TimeDelta::zero());
    bedside.platform.set_state(state);
    (
        Arc::clone(&bedside.platform),
        Arc::new(MemoryLedger::new(5_000)),
        bedside,
    )
}

async fn run(bedside: &Bedside, ledger: &Arc<MemoryLedger>) -> Running {
    run_as(bedside.hub(&bedside.claim().await.unwrap()), ledger)
}

fn run_as(hub: HubClient, ledger: &Arc<MemoryLedger>) -> Running {
    let options = UplinkOptions {
        first_wait: Duration::from_millis(1),
        longest_wait: Duration::from_millis(2),
        ..UplinkOptions::default()
    };
    let uplink = Uplink::new(Arc::clone(ledger), hub, Arc::new(Always(0)), options);
    let (status, stop) = (uplink.status(), CancellationToken::new());
    let task = tokio::spawn(uplink.run(stop.clone()));
    Running {
        ledger: Arc::clone(ledger),
        status,
        stop,
        task,
    }
}

impl Running {
    async fn settled(&mut self, count: u64) -> Status {
        self.status
            .wait_for(|status| status.settled() >= count)
            .await
            .unwrap()
            .clone()
    }

    async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
        assert_eq!(self.status.borrow().phase, Phase::Stopped);
        assert!(self.ledger.is_empty());
    }
}

#[tokio::test]
async fn readings_arrive_in_order_a_thousand_at_once_and_leave_the_ledger() {
    let (platform, ledger, bedside) = bedside("active");
    for systolic in 0..2_500 {
        ledger.push(item(systolic)).await.unwrap();
    }
    let mut running = run(&bedside, &ledger).await;
    assert_eq!(running.settled(2_500).await.accepted, 2_500);
    assert_eq!(platform.stored(), (0..2_500).collect::<Vec<u64>>());
    assert_eq!(platform.seen().len(), 3);
    assert_eq!(platform.seen()[0].agent, "vitalwire-hub/0.1.0");

    running.ledger.push(item(9_999)).await.unwrap();
    assert_eq!(
        running.settled(2_501).await.accepted,
        2_501,
        "an idle uplink wakes up"
    );
    running.stop().await;
}

#[tokio::test]
async fn a_batch_keeps_to_half_a_megabyte() {
    let (platform, ledger, bedside) = bedside("active");
    for systolic in 0..20 {
        let mut large = reading(systolic);
        large.quality = vec!["x".repeat(60_000)];
        ledger.push(Item::new(&large).unwrap()).await.unwrap();
    }
    let mut running = run(&bedside, &ledger).await;
    running.settled(20).await;
    let sizes: Vec<usize> = platform.seen().iter().map(|seen| seen.body.len()).collect();
    assert_eq!(sizes.len(), 3);
    assert!(
        sizes.iter().all(|size| *size <= crate::LARGEST_BATCH_BYTES),
        "{sizes:?}"
    );
    assert_eq!(platform.stored(), (0..20).collect::<Vec<u64>>());
    running.stop().await;
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_with_the_same_bytes() {
    let (platform, ledger, bedside) = bedside("active");
    platform.moods([Mood::LoseAnswer, Mood::LoseAnswer]);
    for systolic in 0..3 {
        ledger.push(item(systolic)).await.unwrap();
    }
    let mut running = run(&bedside, &ledger).await;
    let status = running.settled(3).await;
    assert_eq!((status.accepted, status.duplicates), (0, 3));
    let seen = platform.seen();
    assert_eq!(seen.len(), 3);
    assert!(seen.iter().all(|again| again.body == seen[0].body));
    let ids: std::collections::HashSet<_> = seen.iter().map(|seen| seen.jti).collect();
    assert_eq!(ids.len(), 3, "each attempt is signed anew");
    assert_eq!(platform.stored(), [0, 1, 2]);
    running.stop().await;
}

#[tokio::test]
async fn nothing_but_verdicts_empties_the_ledger() {
    let (platform, ledger, bedside) = bedside("active");
    platform.moods([
        Mood::Problem(503, "too-busy", Some("0")),
        Mood::Problem(429, "too-many", None),
        Mood::Problem(500, "broken", None),
        Mood::Problem(422, "odd", None),
        Mood::Problem(401, "token-mismatch", None),
        Mood::Problem(401, "token-mismatch", None),
        Mood::Redirect,
        Mood::Say(String::new()),
        Mood::Say("<html>".into()),
        Mood::Say(r#"{"verdicts":[]}"#.into()),
        Mood::Say(r#"{"verdicts":[{"status":"lost","id":"0"}]}"#.into()),
        Mood::Say(format!(r#"{{"pad":"{}"}}"#, "x".repeat(2 * 1024 * 1024))),
    ]);
    ledger.push(item(7)).await.unwrap();
    let mut running = run(&bedside, &ledger).await;
    assert_eq!(running.settled(1).await.accepted, 1);
    let seen = platform.seen();
    assert_eq!(seen.len(), 13);
    assert!(seen.iter().all(|again| again.body == seen[0].body));
    running.stop().await;
}

#[tokio::test]
async fn every_kind_of_verdict_is_final() {
    let (platform, ledger, bedside) = bedside("active");
    let mut stranger = reading(8);
    stranger.device = "stranger".into();
    let rejected = r#"{"verdicts":[{"status":"rejected","reason":"too_old"}],"server_time":null}"#;
    let unread = r#"{"verdicts":[],"quarantined":true,"reason":"undecodable"}"#;
    ledger.push(item(7)).await.unwrap();
    platform.moods([Mood::Say(rejected.into()), Mood::Say(unread.into())]);
    let mut running = run(&bedside, &ledger).await;
    assert_eq!(running.settled(1).await.rejected, 1);
    running.ledger.push(item(8)).await.unwrap();
    assert_eq!(
        running.settled(2).await.quarantined,
        1,
        "a batch that is kept whole has its verdict"
    );
    running.ledger.push(Item::new(&stranger).unwrap()).await.unwrap();
    assert_eq!(running.settled(3).await.quarantined, 2);
    running.stop().await;
}

#[tokio::test]
async fn a_platform_that_takes_less_gets_smaller_batches() {
    let (platform, ledger, bedside) = bedside("active");
    platform.moods([
        Mood::Problem(413, "too-large", None),
        Mood::Problem(413, "too-large", None),
    ]);
    for systolic in 0..8 {
        ledger.push(item(systolic)).await.unwrap();
    }
    let mut running = run(&bedside, &ledger).await;
    running.settled(8).await;
    assert_eq!(platform.stored(), (0..8).collect::<Vec<u64>>());
    let sizes: Vec<usize> = platform.seen().iter().map(|seen| seen.body.len()).collect();
    assert!(sizes[1] <= sizes[0] / 2 && sizes[2] <= sizes[1] / 2, "{sizes:?}");
    running.stop().await;
}

#[tokio::test]
async fn an_unconfirmed_hub_keeps_everything_and_asks() {
    let (platform, ledger, bedside) = bedside("claimed");
    ledger.push(item(1)).await.unwrap();
    let mut running = run(&bedside, &ledger).await;
    running
        .status
        .wait_for(|status| status.phase == Phase::NotConfirmed)
        .await
        .unwrap();
    running.ledger.push(item(2)).await.unwrap();
    platform.set_state("inactive");
    running
        .status
        .wait_for(|status| status.phase == Phase::Inactive)
        .await
        .unwrap();
    assert_eq!(running.ledger.len(), 2);
    assert_eq!(platform.seen().len(), 1, "the batch is not sent again and again");
    platform.set_state("active");
    running.settled(2).await;
    assert!(platform.asked() > 0);
    assert_eq!(platform.stored(), [1, 2]);
    running.stop().await;
}

#[tokio::test]
async fn a_wrong_clock_costs_one_request_and_no_wait() {
    let (platform, ledger, bedside) = bedside("active");
    ledger.push(item(1)).await.unwrap();
    let hub = bedside.hub(&bedside.claim().await.unwrap());
    bedside.box_clock.advance(TimeDelta::hours(5));
    let mut running = run_as(hub, &ledger);
    assert_eq!(running.settled(1).await.accepted, 1);
    assert_eq!((platform.clock_wrong(), platform.seen().len()), (1, 1));
    running.stop().await;
}
