//! A flood of refusals that anybody can cause must not cost those who are known their entries.

use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use vitalwire_server::ground::ids::{DeviceId, HubId};
use vitalwire_server::intake::{Refusal, RefusalLog, Subject};

use crate::world::World;

async fn count(sql: &PgPool, which: &'static str) -> (i64, i64) {
    sqlx::query_as(which).fetch_one(sql).await.unwrap()
}

fn of(subject: Subject, detail: Option<String>) -> Refusal {
    Refusal {
        subject,
        reason: "for-the-test",
        detail,
    }
}

fn stranger(n: u32, hub: Option<HubId>) -> Subject {
    Subject {
        hub,
        claimed: Some(format!("stranger {n}")),
        remote: Some("203.0.113.9".to_owned()),
        ..Subject::default()
    }
}

#[tokio::test]
async fn a_flood_of_strangers_costs_the_known_no_entry() {
    let world = World::new().await;
    let ours = world.ours().await;
    let pool = world.database.system_intake().clone();
    let stop = CancellationToken::new();
    let (log, writing) = RefusalLog::start(world.ground.clone(), pool, stop.clone());
    let devices: Vec<DeviceId> = (0..2_000).map(|_| world.ground.id()).collect();
    for n in 0..20_000 {
        log.note(of(stranger(n, None), None));
        log.note(of(stranger(n, Some(ours.hub)), None));
        if let Some(device) = devices.get(n as usize) {
            let subject = Subject {
                device: Some(*device),
                ..Subject::default()
            };
            log.note(of(subject, None));
        }
    }
    let hub = Subject {
        hub: Some(ours.hub),
        customer: Some(ours.customer),
        ..Subject::default()
    };
    log.note(of(hub, None));
    stop.cancel();
    writing.await.unwrap();

    let known = "select count(distinct device_id), coalesce(sum(count), 0)::bigint from refusal
        where reason = 'for-the-test' and device_id is not null";
    assert_eq!(
        count(&world.sql, known).await,
        (2_000, 2_000),
        "each device has its own"
    );
    let hubs = "select count(*), coalesce(sum(count), 0)::bigint from refusal
        where reason = 'for-the-test' and hub_id is not null and claimed is null";
    assert_eq!(count(&world.sql, hubs).await, (1, 1));
    let strangers =
        "select count(*) filter (where hub_id is null), count(*) filter (where hub_id is not null)
        from refusal where reason = 'for-the-test' and claimed is not null";
    let (strangers, named) = count(&world.sql, strangers).await;
    assert!((1..=1_024).contains(&strangers), "{strangers} strangers");
    assert!((1..=1_024).contains(&named), "{named} who name a hub");
}

#[tokio::test]
async fn a_known_device_fills_no_disk_with_details_of_its_own_invention() {
    let world = World::new().await;
    let pool = world.database.system_intake().clone();
    let stop = CancellationToken::new();
    let (log, writing) = RefusalLog::start(world.ground.clone(), pool, stop.clone());
    let subject = Subject {
        device: Some(world.ground.id()),
        ..Subject::default()
    };
    for n in 0..1_000 {
        log.note(of(subject.clone(), Some(format!("/values/{n}"))));
    }
    stop.cancel();
    writing.await.unwrap();
    let all = "select count(*), sum(count)::bigint from refusal where reason = 'for-the-test'";
    let (rows, times) = count(&world.sql, all).await;
    assert!((1..=64).contains(&rows), "{rows} rows");
    assert_eq!(times, 1_000, "and all of them are counted");
}
