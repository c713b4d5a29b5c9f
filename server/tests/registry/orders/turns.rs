//! Whose turn it is, and the way out where it is nobody's any more.

use vitalwire_server::ground::enums::{CaseSide, OrderStepKind, ReturnItemState, ReturnState};
use vitalwire_server::ground::ids::{OrderId, ReturnId};
use vitalwire_server::orders::returns::{self, ReturnFilter};
use vitalwire_server::orders::{self, OrderFilter, incoming};
use vitalwire_server::registry::{Ask, RegistryError, moves};
use vitalwire_server::tenancy::Scope as _;

use super::returns::asked;
use super::{all, all_but, parcel};
use crate::world::World;

/// The orders and the returns that wait for a side, as the platform sees them.
async fn waiting(world: &World, side: CaseSide) -> (Vec<OrderId>, Vec<ReturnId>) {
    let ask = Ask::first(10);
    let orders_of = OrderFilter {
        waits_for: Some(side),
        ..OrderFilter::default()
    };
    let returns_of = ReturnFilter {
        waits_for: Some(side),
        ..ReturnFilter::default()
    };
    let found: Result<_, RegistryError> = world
        .admin()
        .run(&world.database, async |tx| {
            let some = orders::list(tx, &orders_of, &ask).await?.rows;
            let back = returns::list(tx, &returns_of, &ask).await?.rows;
            let counts = incoming::counts(tx).await?;
            let told = match side {
                CaseSide::Platform => (counts.waiting, counts.returns),
                _ => (counts.to_take_in, counts.to_send),
            };
            assert_eq!(
                told,
                (
                    i64::try_from(some.len()).unwrap(),
                    i64::try_from(back.len()).unwrap()
                ),
                "what is counted is what is listed"
            );
            Ok((
                some.iter().map(|one| one.id).collect(),
                back.iter().map(|one| one.id).collect(),
            ))
        })
        .await;
    found.unwrap()
}

#[tokio::test]
async fn an_order_waits_for_whoever_has_to_do_something() {
    use CaseSide::{Distributor, Platform};
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    world.scales(&["S-1", "S-2"]).await;
    let orders = world.orders();
    let id = world.ordered(&dora, 2, 0).await;
    let turn = async |platform: bool, distributor: bool| {
        assert_eq!(waiting(&world, Platform).await.0.contains(&id), platform);
        assert_eq!(waiting(&world, Distributor).await.0.contains(&id), distributor);
    };
    turn(true, false).await;
    orders.allocate(&world.admin, id, all()).await.unwrap();
    turn(true, false).await;
    // One of two is on its way: each side has something to do.
    orders
        .ship(&world.admin, id, parcel(Some(&["S-1"])))
        .await
        .unwrap();
    turn(true, true).await;
    orders.ship(&world.admin, id, parcel(None)).await.unwrap();
    turn(false, true).await;
    orders.receive(&dora.user, id, all_but(&["S-2"])).await.unwrap();
    // Somebody has to say what became of the other one.
    turn(true, false).await;
    let found = orders::Arrived::AfterAll(vec!["S-2".to_owned()]);
    orders.receive(&dora.user, id, found).await.unwrap();
    turn(false, false).await;
}

#[tokio::test]
async fn a_return_that_nobody_sends_is_closed_by_who_accepted_it() {
    use CaseSide::{Distributor, Platform};
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    let anna = world.clinic("Anna", Some(&dora)).await;
    let device = world.scales(&["S-1"]).await[0];
    let (ground, database) = (&world.ground, &world.database);
    moves::allocate(ground, database, world.admin(), device, dora.id)
        .await
        .unwrap();
    world.tick();
    let orders = world.orders();
    let id = asked(&world, &dora, &["S-1"]).await;
    assert_eq!(waiting(&world, Platform).await.1, [id]);
    orders.accept_return(&world.admin, id).await.unwrap();
    assert_eq!(waiting(&world, Platform).await.1, []);
    assert_eq!(waiting(&world, Distributor).await.1, [id]);

    let unsaid = orders.decline_return(&world.admin, id, " ").await;
    assert!(unsaid.is_err(), "it takes a reason");
    let theirs = orders.decline_return(&dora.user, id, "x").await;
    assert!(matches!(theirs, Err(RegistryError::NotAllowed(_))), "{theirs:?}");
    let words = "Nothing came in three weeks.";
    orders.decline_return(&world.admin, id, words).await.unwrap();
    let known: Result<_, RegistryError> = dora
        .scope()
        .run(database, async |tx| {
            let back = returns::get(tx, id).await?;
            let items = returns::items(tx, id).await?;
            Ok((back.state, items[0].state, returns::steps(tx, id).await?))
        })
        .await;
    let (state, item, steps) = known.unwrap();
    assert_eq!((state, item), (ReturnState::Declined, ReturnItemState::Kept));
    let last = steps.last().unwrap();
    assert_eq!(
        (last.kind, last.text.as_deref()),
        (OrderStepKind::Declined, Some(words))
    );
    assert_eq!(last.by_side, Platform);
    assert_eq!(waiting(&world, Distributor).await.1, []);
    // It is free: the distributor places it as before.
    let at = moves::Placement {
        customer: anna.id,
        state: None,
        from: None,
    };
    moves::place(ground, database, dora.scope(), device, at)
        .await
        .unwrap();
    let late = orders.send_return(&dora.user, id, ("UPS", None)).await;
    assert!(late.is_err());
    world.reservations_hold().await;
}
