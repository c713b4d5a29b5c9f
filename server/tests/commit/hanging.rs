//! A connection behind which nothing moves any more: its senders hear so, and nobody else waits for it.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use vitalwire_server::history::commit::{CommitError, Row, Verdict};
use vitalwire_server::intake::{Refusal, RefusalLog, Subject};
use vitalwire_server::registry::IdentityCache;

use crate::world::{HOUR, Way, World};

/// Stops processes of the database, as if their host were gone, until it is dropped.
struct Frozen(Vec<i32>);

impl Frozen {
    async fn those_that_ran(world: &World, pattern: &str) -> Self {
        let pids: Vec<i32> = sqlx::query_scalar(
            "select pid from pg_stat_activity
             where datname = current_database() and query ~ $1 and pid <> pg_backend_pid()",
        )
        .bind(pattern)
        .fetch_all(&world.sql)
        .await
        .unwrap();
        assert!(!pids.is_empty());
        signal("-STOP", &pids);
        Self(pids)
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        signal("-CONT", &self.0);
    }
}

fn signal(name: &str, pids: &[i32]) {
    let pids = pids.iter().map(i32::to_string);
    let status = Command::new("kill").arg(name).args(pids).status().unwrap();
    assert!(status.success());
}

#[tokio::test]
async fn a_commit_that_hangs_is_given_up_and_holds_up_nobody() {
    let world = Arc::new(World::new().await);
    let memory = world.memory(Way::Token).await;
    let first = world.row(Way::Token, HOUR, memory);
    world.commit(vec![first]).await;

    let frozen = Frozen::those_that_ran(&world, r"^\s*with (asked|input) as").await;
    let hangs = world.row(Way::Token, HOUR, memory);
    let hanging: Vec<_> = [hangs.clone(), world.row(Way::Token, HOUR, memory)]
        .into_iter()
        .map(|row| {
            let world = Arc::clone(&world);
            tokio::spawn(async move { world.committer.commit(vec![row]).await })
        })
        .collect();
    tokio::task::yield_now().await;
    // A lone sender, who would wait for a commit of two to end.
    let beside = world.row(Way::Token, HOUR, memory);
    assert_eq!(world.verdict(beside.clone()).await, Verdict::Accepted(beside.id));
    assert!(!hanging.iter().any(JoinHandle::is_finished), "it was waited for");
    for hanging in hanging {
        let answer = hanging.await.unwrap();
        assert!(matches!(answer, Err(CommitError::Unavailable)), "{answer:?}");
    }
    drop(frozen);

    // It may have been stored all the same, and is so once.
    let again = Row {
        id: world.ground.id(),
        raw: world.row(Way::Token, HOUR, None).raw,
        ..hangs.clone()
    };
    let verdict = world.verdict(again.clone()).await;
    assert!(
        [Verdict::Duplicate(hangs.id), Verdict::Accepted(again.id)].contains(&verdict),
        "{verdict:?}"
    );
    assert_eq!(world.owner(&hangs).await, Some(world.customer));
}

#[tokio::test]
async fn a_look_up_that_hangs_is_given_up() {
    let world = World::new().await;
    let cache = world.cache();
    let nobody_s = |byte| [byte; 32];
    assert!(cache.device(nobody_s(1)).await.unwrap().is_none());
    // Else the epoch may be asked for on a connection that is only just being made, and is not frozen.
    let asked = "select count(*) from pg_stat_activity where datname = current_database() and query ~ 'from registry_epoch'
        and pid <> pg_backend_pid()";
    while sqlx::query_scalar::<_, i64>(asked)
        .fetch_one(&world.sql)
        .await
        .unwrap()
        == 0
    {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let frozen = Frozen::those_that_ran(&world, "device_credential c|from registry_epoch").await;
    cache.device(nobody_s(2)).await.unwrap_err();
    drop(frozen);
    assert!(cache.device(nobody_s(2)).await.unwrap().is_none());
}

#[tokio::test]
async fn what_is_written_behind_the_requests_gives_its_connection_up_in_good_time() {
    let world = World::new().await;
    let (pool, stop) = (world.pool(), CancellationToken::new());
    let cache = IdentityCache::start(world.ground.clone(), pool.clone(), stop.clone());
    let (log, logging) = RefusalLog::start(world.ground.clone(), pool, stop.clone());
    let hub = cache.hub(world.hub.into()).await.unwrap().unwrap();
    // The database alone would give them up after ten seconds, and a host that is gone never.
    let mut held = world.sql.begin().await.unwrap();
    sqlx::query("lock table hub, refusal in exclusive mode")
        .execute(&mut *held)
        .await
        .unwrap();
    cache.heard(&hub);
    log.note(Refusal {
        subject: Subject {
            hub: Some(world.hub.into()),
            ..Subject::default()
        },
        reason: "for-the-test",
        detail: None,
    });
    stop.cancel();
    let most = Duration::from_secs(7);
    let (heard, logged) = tokio::join!(
        tokio::time::timeout(most, cache.ended()),
        tokio::time::timeout(most, logging)
    );
    assert!(heard.is_ok(), "hubs that were heard");
    assert!(logged.is_ok(), "refusals");
}
