//! Two people at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use vitalwire_server::ground::enums::DeviceState;
use vitalwire_server::history::commit::Verdict;
use vitalwire_server::registry::devices::{self, DevicePatch};
use vitalwire_server::registry::{hub_moves, moves};
use vitalwire_server::tenancy::Scope as _;

use super::{at, stocked};
use crate::world::World;

#[tokio::test]
async fn of_two_clicks_that_place_a_device_one_does() {
    let world = World::new().await;
    let (ground, database) = (&world.ground, &world.database);
    let dora = world.dealer("Dora").await;
    let (anna, bert) = (
        world.clinic("Anna", Some(&dora)).await,
        world.clinic("Bert", Some(&dora)).await,
    );
    for round in 0..10 {
        let device = stocked(&world, &format!("S-{round}"), dora.id).await;
        let (one, other) = tokio::join!(
            moves::place(ground, database, dora.scope(), device, at(anna.id)),
            moves::place(ground, database, dora.scope(), device, at(bert.id)),
        );
        assert_ne!(one.is_ok(), other.is_ok(), "{one:?} {other:?}");
        let holder = if one.is_ok() { anna.id } else { bert.id };
        assert_eq!(world.seen(device).await.customer, Some(holder));
    }
    world.periods_hold().await;
}

#[tokio::test]
async fn of_two_distributors_one_gets_it() {
    let world = World::new().await;
    let (ground, database, admin) = (&world.ground, &world.database, world.admin());
    let (dora, ernst) = (world.dealer("Dora").await, world.dealer("Ernst").await);
    let anna = world.clinic("Anna", Some(&dora)).await;
    for round in 0..10 {
        let device = world.device(&format!("S-{round}")).await;
        let (one, other) = tokio::join!(
            moves::allocate(ground, database, admin, device, dora.id),
            moves::allocate(ground, database, admin, device, ernst.id),
        );
        assert_ne!(one.is_ok(), other.is_ok(), "{one:?} {other:?}");
        if one.is_ok() {
            // It is taken away while its distributor places it.
            world.tick();
            let (recalled, placed) = tokio::join!(
                moves::recall(ground, database, admin, device),
                moves::place(ground, database, dora.scope(), device, at(anna.id)),
            );
            assert_ne!(recalled.is_ok(), placed.is_ok(), "{recalled:?} {placed:?}");
        }
    }
    world.periods_hold().await;
}

#[tokio::test]
async fn two_who_replace_with_the_same_spare_do_not_both() {
    let world = World::new().await;
    let (ground, database) = (&world.ground, &world.database);
    let dora = world.dealer("Dora").await;
    let anna = world.clinic("Anna", Some(&dora)).await;
    for round in 0..5 {
        let mut all = Vec::new();
        for place in 0..3 {
            all.push(stocked(&world, &format!("S-{round}-{place}"), dora.id).await);
        }
        for device in &all[..2] {
            moves::place(ground, database, dora.scope(), *device, at(anna.id))
                .await
                .unwrap();
        }
        world.tick();
        let (one, other) = tokio::join!(
            moves::replace(ground, database, dora.scope(), all[0], all[2], "one"),
            moves::replace(ground, database, dora.scope(), all[1], all[2], "other"),
        );
        assert_ne!(one.is_ok(), other.is_ok(), "{one:?} {other:?}");
    }
    world.periods_hold().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_taken_once_somebody_was_told_that_it_is_off() {
    let world = Arc::new(World::new().await);
    let (ground, database) = (&world.ground, &world.database);
    let dora = world.dealer("Dora").await;
    let anna = world.clinic("Anna", Some(&dora)).await;
    let device = stocked(&world, "S-1", dora.id).await;
    moves::place(ground, database, dora.scope(), device, at(anna.id))
        .await
        .unwrap();
    let token = world.token(device).await;
    world.tick();
    let off = Arc::new(AtomicBool::new(false));
    let sending = tokio::spawn({
        let (world, off) = (Arc::clone(&world), Arc::clone(&off));
        async move {
            let mut taken = 0;
            loop {
                let was_off = off.load(Ordering::SeqCst);
                let row = world.row(device, (None, token), world.ground.now());
                match world.committer.commit(vec![row]).await.unwrap()[0] {
                    Verdict::Accepted(_) => {
                        assert!(!was_off, "it was taken after it was off");
                        taken += 1;
                    }
                    Verdict::InactiveDevice => return taken,
                    other => panic!("{other:?}"),
                }
            }
        }
    });
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    let inactive = DevicePatch {
        state: Some(DeviceState::Inactive),
        reference: None,
    };
    anna.scope()
        .run(database, async |tx| {
            devices::change(tx, anna.scope(), ground, device, inactive).await
        })
        .await
        .unwrap();
    off.store(true, Ordering::SeqCst);
    assert!(sending.await.unwrap() > 0, "something was taken before");
}

#[tokio::test]
async fn of_two_who_move_a_hub_one_does() {
    let world = World::new().await;
    let (ground, database, admin) = (&world.ground, &world.database, world.admin());
    let dora = world.dealer("Dora").await;
    let anna = world.clinic("Anna", Some(&dora)).await;
    for round in 0..10 {
        let hub = super::hubs::stocked(&world, &format!("H-{round}"), Some(dora.id)).await;
        let (placed, recalled) = tokio::join!(
            hub_moves::place(ground, database, dora.scope(), hub, anna.id),
            hub_moves::recall(ground, database, admin, hub),
        );
        assert_ne!(placed.is_ok(), recalled.is_ok(), "{placed:?} {recalled:?}");
    }
}
