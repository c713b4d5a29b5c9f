//! What cannot be done with an order, and who cannot do it.

use vitalwire_server::ground::enums::OrderState;
use vitalwire_server::orders::{Arrived, NewParcel, Serials, Wanted};
use vitalwire_server::registry::{RegistryError, hub_moves, moves};

use super::{all, all_but, named, parcel};
use crate::world::World;

fn why(refused: Result<impl std::fmt::Debug, RegistryError>) -> String {
    refused.unwrap_err().to_string()
}

#[tokio::test]
async fn a_form_that_is_sent_twice_orders_once() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    let new = world.wants(1, 0);
    let (orders, again) = (world.orders(), new.clone());
    let (one, other) = tokio::join!(
        orders.place(&dora.user, new.clone()),
        orders.place(&dora.user, again)
    );
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one, other);
    assert_eq!(orders.place(&dora.user, new.clone()).await.unwrap(), one);
    // Another distributor's token is its own.
    let ernst = world.dealer("Ernst").await;
    let theirs = orders.place(&ernst.user, new).await.unwrap();
    assert_ne!(theirs, one);
    let numbers = (world.order(one).await.number, world.order(theirs).await.number);
    assert!(
        numbers.0.ends_with("-0001") && numbers.1.ends_with("-0002"),
        "{numbers:?}"
    );
}

#[tokio::test]
async fn what_is_reserved_goes_nowhere_else() {
    let world = World::new().await;
    let (dora, ernst) = (world.dealer("Dora").await, world.dealer("Ernst").await);
    let anna = world.clinic("Anna", None).await;
    let device = world.device("S-1").await;
    let hub = world.inventory_hub("H-1").await;
    let (ground, database, admin) = (&world.ground, &world.database, world.admin());
    let id = world.ordered(&dora, 1, 1).await;
    let orders = world.orders();
    orders.allocate(&world.admin, id, all()).await.unwrap();

    let at_anna = moves::Placement {
        customer: anna.id,
        state: None,
        from: None,
    };
    for refused in [
        moves::allocate(ground, database, admin, device, ernst.id).await,
        moves::place(ground, database, admin, device, at_anna).await,
        moves::retire(ground, database, admin, device).await,
        hub_moves::allocate(ground, database, admin, hub, ernst.id).await,
        hub_moves::place(ground, database, admin, hub, anna.id).await,
        hub_moves::retire(ground, database, admin, hub).await,
    ] {
        assert!(why(refused).contains("reserved for an order"));
    }
    let second = world.ordered(&ernst, 1, 1).await;
    let none = orders.allocate(&world.admin, second, all()).await;
    assert!(why(none).contains("the inventory has none"));
    let taken = Serials::Named(named(&["S-1"]));
    assert!(why(orders.allocate(&world.admin, second, taken).await).contains("S-1 is reserved already"));

    assert_eq!(orders.release(&world.admin, id, None).await.unwrap(), 2);
    assert_eq!(world.order(id).await.state, OrderState::Ordered);
    moves::allocate(ground, database, admin, device, ernst.id)
        .await
        .unwrap();
    hub_moves::retire(ground, database, admin, hub).await.unwrap();
    world.reservations_hold().await;
}

#[tokio::test]
async fn named_serials_are_taken_all_or_none() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    world.scales(&["S-1", "S-2", "S-3"]).await;
    let gone = world.device("S-9").await;
    moves::retire(&world.ground, &world.database, world.admin(), gone)
        .await
        .unwrap();
    let id = world.ordered(&dora, 2, 0).await;
    let orders = world.orders();
    for (typed, expected) in [
        (vec!["S-1", "X"], "X is not in the inventory"),
        (vec!["S-9"], "S-9 is not in the inventory"),
        (vec!["S-1", "S-2", "S-3"], "S-3 is more than was ordered"),
        (vec!["S-1", "s-1"], "names s-1 twice"),
        (vec![], "must name at least one"),
    ] {
        let refused = orders
            .allocate(&world.admin, id, Serials::Named(named(&typed)))
            .await;
        let refused = why(refused);
        assert!(refused.contains(expected), "{typed:?}: {refused}");
    }
    assert!(world.items(id).await.is_empty(), "nothing is half taken");
    let hub = world.inventory_hub("H-1").await;
    let refused = orders
        .allocate(&world.admin, id, Serials::Named(named(&["H-1"])))
        .await;
    assert!(why(refused).contains("of a model that was not ordered"), "{hub}");
    orders
        .allocate(&world.admin, id, Serials::Named(named(&["s-2", " S-1 "])))
        .await
        .unwrap();
    world.reservations_hold().await;
}

#[tokio::test]
async fn steps_are_made_in_order_and_once() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    world.scales(&["S-1", "S-2"]).await;
    let id = world.ordered(&dora, 1, 0).await;
    let orders = world.orders();
    assert!(why(orders.ship(&world.admin, id, parcel(None)).await).contains("nothing to send"));
    assert!(why(orders.receive(&dora.user, id, all_but(&[])).await).contains("nothing of it is on its way"));
    orders.allocate(&world.admin, id, all()).await.unwrap();
    assert!(why(orders.allocate(&world.admin, id, all()).await).contains("no more serials"));
    let bad = NewParcel {
        tracking: Some("1/2".to_owned()),
        ..parcel(None)
    };
    assert!(why(orders.ship(&world.admin, id, bad).await).starts_with("tracking: "));
    orders.ship(&world.admin, id, parcel(None)).await.unwrap();
    assert!(why(orders.cancel(&dora.user, id, None).await).contains("some of it was sent"));
    assert!(why(orders.release(&world.admin, id, None).await).contains("no serials"));
    assert!(why(orders.receive(&dora.user, id, all_but(&["S-2"])).await).contains("none of them"));
    orders.receive(&dora.user, id, all_but(&[])).await.unwrap();
    assert!(why(orders.receive(&dora.user, id, all_but(&[])).await).contains("all of the order is in stock"));
    assert!(why(orders.cancel(&world.admin, id, None).await).contains("all of the order is in stock"));
    world.reservations_hold().await;
}

#[tokio::test]
async fn a_cancelled_order_lets_go_of_what_it_had() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    world.scales(&["S-1"]).await;
    let id = world.ordered(&dora, 1, 0).await;
    let orders = world.orders();
    orders.allocate(&world.admin, id, all()).await.unwrap();
    orders.cancel(&dora.user, id, None).await.unwrap();
    assert_eq!(world.order(id).await.state, OrderState::Cancelled);
    assert!(world.items(id).await.is_empty());
    for refused in [
        orders.allocate(&world.admin, id, all()).await.map(drop),
        orders.ship(&world.admin, id, parcel(None)).await.map(drop),
        orders.cancel(&dora.user, id, None).await,
    ] {
        assert!(why(refused).contains("cancelled"));
    }
    world.sent(&dora, 1, 0).await;
    world.reservations_hold().await;
}

#[tokio::test]
async fn everybody_does_their_own_part_alone() {
    let world = World::new().await;
    let (dora, ernst) = (world.dealer("Dora").await, world.dealer("Ernst").await);
    let anna = world.clinic("Anna", Some(&dora)).await;
    world.scales(&["S-1"]).await;
    let id = world.sent(&dora, 1, 0).await;
    let orders = world.orders();
    let not_allowed = |refused: Result<(), RegistryError>| {
        assert!(
            matches!(refused, Err(RegistryError::NotAllowed(_))),
            "{refused:?}"
        );
    };
    let not_there = |refused: Result<(), RegistryError>| {
        assert!(
            matches!(refused, Err(RegistryError::NotFound("order"))),
            "{refused:?}"
        );
    };
    not_allowed(orders.place(&world.admin, world.wants(1, 0)).await.map(drop));
    not_allowed(orders.place(&anna.user, world.wants(1, 0)).await.map(drop));
    not_allowed(orders.allocate(&dora.user, id, all()).await.map(drop));
    not_allowed(orders.ship(&dora.user, id, parcel(None)).await.map(drop));
    not_allowed(orders.receive(&world.admin, id, all_but(&[])).await.map(drop));
    not_allowed(orders.note(&anna.user, id, "mine?").await);
    not_there(orders.receive(&ernst.user, id, all_but(&[])).await.map(drop));
    not_there(orders.cancel(&ernst.user, id, None).await);
    not_there(orders.note(&ernst.user, id, "mine?").await);
    orders.note(&dora.user, id, "when?").await.unwrap();
    orders.note(&world.admin, id, "tomorrow").await.unwrap();
    let late = Arrived::AfterAll(named(&["S-1"]));
    assert!(why(orders.receive(&dora.user, id, late).await).contains("nothing of it is missing"));
}

#[tokio::test]
async fn orders_have_their_limits() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    let orders = world.orders();
    let with = |wanted: Vec<Wanted>| {
        let mut new = world.wants(1, 0);
        new.wanted = wanted;
        new
    };
    let unknown = Wanted {
        model: Some(uuid::Uuid::from_u128(7).into()),
        quantity: 1,
    };
    let refused = orders.place(&dora.user, with(vec![unknown])).await;
    assert!(why(refused).contains("models that there are"));
    assert!(why(orders.place(&dora.user, with(Vec::new())).await).contains("want something"));
    let mut nowhere = world.wants(1, 0);
    nowhere.delivery.street = " ".to_owned();
    assert!(why(orders.place(&dora.user, nowhere).await).starts_with("street: "));
    for _ in 0..200 {
        orders.place(&dora.user, world.wants(1, 0)).await.unwrap();
    }
    assert!(why(orders.place(&dora.user, world.wants(1, 0)).await).contains("200 orders are open"));
    sqlx::query("update distributor set state = 'closed'")
        .execute(&world.sql)
        .await
        .unwrap();
    let ernst = "update device_order set state = 'cancelled', ended_at = now()";
    sqlx::query(ernst).execute(&world.sql).await.unwrap();
    assert!(why(orders.place(&dora.user, world.wants(1, 0)).await).contains("closed"));
}
