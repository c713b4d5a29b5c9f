//! Two people at once.

use vitalwire_server::ground::enums::OrderState;
use vitalwire_server::orders::Serials;
use vitalwire_server::registry::moves;

use super::{all, all_but, named, parcel};
use crate::world::World;

#[tokio::test]
async fn of_two_orders_that_want_a_device_one_gets_it() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    let orders = world.orders();
    for round in 0..10 {
        let serial = format!("S-{round}");
        world.device(&serial).await;
        let (a, b) = (world.ordered(&dora, 1, 0).await, world.ordered(&dora, 1, 0).await);
        let by_name = || Serials::Named(named(&[&serial]));
        let (one, other) = if round % 2 == 0 {
            tokio::join!(
                orders.allocate(&world.admin, a, by_name()),
                orders.allocate(&world.admin, b, by_name()),
            )
        } else {
            tokio::join!(
                orders.allocate(&world.admin, a, all()),
                orders.allocate(&world.admin, b, by_name()),
            )
        };
        assert_ne!(one.is_ok(), other.is_ok(), "{one:?} {other:?}");
    }
    world.reservations_hold().await;
}

#[tokio::test]
async fn what_one_reserves_another_does_not_move() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    let ernst = world.dealer("Ernst").await;
    let orders = world.orders();
    for round in 0..10 {
        let device = world.device(&format!("S-{round}")).await;
        let id = world.ordered(&dora, 1, 0).await;
        let (reserved, moved) = tokio::join!(
            orders.allocate(&world.admin, id, Serials::Named(named(&[&format!("S-{round}")]))),
            moves::allocate(&world.ground, &world.database, world.admin(), device, ernst.id),
        );
        assert_ne!(reserved.is_ok(), moved.is_ok(), "{reserved:?} {moved:?}");
    }
    world.reservations_hold().await;
}

#[tokio::test]
async fn one_order_does_not_get_more_than_it_wants_by_two_clicks() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    let orders = world.orders();
    for round in 0..5 {
        for place in 0..4 {
            world.device(&format!("S-{round}-{place}")).await;
        }
        let id = world.ordered(&dora, 2, 0).await;
        let (one, other) = tokio::join!(
            orders.allocate(&world.admin, id, all()),
            orders.allocate(&world.admin, id, all()),
        );
        assert_ne!(one.is_ok(), other.is_ok(), "{one:?} {other:?}");
        assert_eq!(world.items(id).await.len(), 2);
    }
    world.reservations_hold().await;
}

#[tokio::test]
async fn a_parcel_is_taken_in_once() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    let orders = world.orders();
    for round in 0..5 {
        world.device(&format!("S-{round}")).await;
        let id = world.sent(&dora, 1, 0).await;
        let (one, other) = tokio::join!(
            orders.receive(&dora.user, id, all_but(&[])),
            orders.receive(&dora.user, id, all_but(&[])),
        );
        assert_ne!(one.is_ok(), other.is_ok(), "{one:?} {other:?}");
    }
    world.reservations_hold().await;
}

#[tokio::test]
async fn an_order_is_sent_or_cancelled() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    let orders = world.orders();
    let mut cancelled = 0;
    for round in 0..10 {
        world.device(&format!("S-{round}")).await;
        let id = world.ordered(&dora, 1, 0).await;
        orders.allocate(&world.admin, id, all()).await.unwrap();
        let (sent, off) = tokio::join!(
            orders.ship(&world.admin, id, parcel(None)),
            orders.cancel(&dora.user, id, None),
        );
        assert_ne!(sent.is_ok(), off.is_ok(), "{sent:?} {off:?}");
        let state = world.order(id).await.state;
        assert_eq!(state == OrderState::Cancelled, off.is_ok());
        cancelled += u32::from(off.is_ok());
    }
    world.reservations_hold().await;
    println!("{cancelled} of 10 were cancelled");
}

#[tokio::test]
async fn a_return_is_accepted_or_its_device_placed() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    let anna = world.clinic("Anna", Some(&dora)).await;
    let orders = world.orders();
    for round in 0..10 {
        let serial = format!("S-{round}");
        let device = world.device(&serial).await;
        moves::allocate(&world.ground, &world.database, world.admin(), device, dora.id)
            .await
            .unwrap();
        world.tick();
        let id = super::returns::asked(&world, &dora, &[&serial]).await;
        let at = moves::Placement {
            customer: anna.id,
            state: None,
            from: None,
        };
        let (accepted, placed) = tokio::join!(
            orders.accept_return(&world.admin, id),
            moves::place(&world.ground, &world.database, dora.scope(), device, at),
        );
        assert_ne!(accepted.is_ok(), placed.is_ok(), "{accepted:?} {placed:?}");
    }
    world.reservations_hold().await;
}
