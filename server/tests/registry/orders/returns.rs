//! The way back.

use vitalwire_server::ground::enums::{DeviceState, ReturnReason, ReturnState};
use vitalwire_server::ground::ids::ReturnId;
use vitalwire_server::orders::returns::{self, CameBack, NewReturn, Return};
use vitalwire_server::registry::{RegistryError, moves};
use vitalwire_server::tenancy::Scope as _;

use super::{fresh_token, named};
use crate::world::{Dealer, World};

fn of(serials: &[&str]) -> NewReturn {
    NewReturn {
        token: fresh_token(),
        reason: ReturnReason::Faulty,
        serials: named(serials),
        note: Some("does not switch on".to_owned()),
    }
}

pub(super) async fn asked(world: &World, dealer: &Dealer, serials: &[&str]) -> ReturnId {
    let asked = world.orders().ask_return(&dealer.user, of(serials)).await;
    asked.unwrap()
}

async fn seen(world: &World, id: ReturnId) -> Return {
    let find = async |tx: &_| returns::get(tx, id).await;
    let found: Result<_, RegistryError> = world.admin().run(&world.database, find).await;
    found.unwrap()
}

/// Scales in a distributor's stock.
async fn stock(
    world: &World,
    dealer: &Dealer,
    serials: &[&str],
) -> Vec<vitalwire_server::ground::ids::DeviceId> {
    let devices = world.scales(serials).await;
    for device in &devices {
        moves::allocate(&world.ground, &world.database, world.admin(), *device, dealer.id)
            .await
            .unwrap();
    }
    world.tick();
    devices
}

#[tokio::test]
async fn what_goes_back_is_in_the_inventory_or_out_of_use() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    let anna = world.clinic("Anna", Some(&dora)).await;
    let devices = stock(&world, &dora, &["S-1", "S-2", "S-3"]).await;
    let orders = world.orders();
    let id = asked(&world, &dora, &["S-1", "S-2", "S-3"]).await;
    let back = seen(&world, id).await;
    assert!(
        back.number.starts_with("R-") && back.number.ends_with("-0001"),
        "{}",
        back.number
    );
    assert_eq!(back.state, ReturnState::Asked);

    let early = orders.send_return(&dora.user, id, ("UPS", None)).await;
    assert!(early.unwrap_err().to_string().contains("not accepted it yet"));
    orders.accept_return(&world.admin, id).await.unwrap();
    let (ground, database) = (&world.ground, &world.database);
    let at = moves::Placement {
        customer: anna.id,
        state: None,
        from: None,
    };
    for refused in [
        moves::place(ground, database, dora.scope(), devices[0], at).await,
        moves::recall(ground, database, world.admin(), devices[0]).await,
    ] {
        assert!(
            refused
                .unwrap_err()
                .to_string()
                .contains("to go back to the platform")
        );
    }
    orders
        .send_return(&dora.user, id, ("UPS", Some("1Z999")))
        .await
        .unwrap();
    assert!(orders.cancel_return(&dora.user, id).await.is_err());
    world.tick();
    let came = CameBack {
        retired: named(&["S-2"]),
        missing: named(&["S-3"]),
        condition: None,
    };
    orders.receive_return(&world.admin, id, came).await.unwrap();
    assert_eq!(seen(&world, id).await.state, ReturnState::Received);
    let mut states = Vec::new();
    for device in &devices {
        let device = world.seen(*device).await;
        states.push((device.state, device.distributor));
    }
    assert_eq!(
        states,
        [
            (DeviceState::Stock, None),
            (DeviceState::Retired, None),
            (DeviceState::Stock, Some(dora.id)),
        ]
    );
    // What did not come is the distributor's still, and free.
    moves::place(ground, database, dora.scope(), devices[2], at)
        .await
        .unwrap();
    let twice = orders.receive_return(&world.admin, id, CameBack::default()).await;
    assert!(twice.unwrap_err().to_string().contains("not on its way"));
    world.reservations_hold().await;
}

#[tokio::test]
async fn what_comes_to_nothing_stays_where_it_is_and_free() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    let anna = world.clinic("Anna", Some(&dora)).await;
    let devices = stock(&world, &dora, &["S-1"]).await;
    let orders = world.orders();
    let declined = asked(&world, &dora, &["S-1"]).await;
    orders
        .decline_return(&world.admin, declined, "too late")
        .await
        .unwrap();
    assert_eq!(seen(&world, declined).await.state, ReturnState::Declined);
    assert!(orders.accept_return(&world.admin, declined).await.is_err());

    let cancelled = asked(&world, &dora, &["S-1"]).await;
    orders.accept_return(&world.admin, cancelled).await.unwrap();
    orders.cancel_return(&dora.user, cancelled).await.unwrap();

    // Placed before the platform said its word: it is no longer there to be taken back.
    let third = asked(&world, &dora, &["S-1"]).await;
    let at = moves::Placement {
        customer: anna.id,
        state: None,
        from: None,
    };
    moves::place(&world.ground, &world.database, dora.scope(), devices[0], at)
        .await
        .unwrap();
    let gone = orders.accept_return(&world.admin, third).await;
    assert!(
        gone.unwrap_err()
            .to_string()
            .contains("no longer in the distributor's stock")
    );
    world.reservations_hold().await;
}

#[tokio::test]
async fn only_one_s_own_stock_goes_back_and_once() {
    let world = World::new().await;
    let (dora, ernst) = (world.dealer("Dora").await, world.dealer("Ernst").await);
    stock(&world, &dora, &["S-1"]).await;
    world.device("S-2").await;
    let orders = world.orders();
    for (who, serial) in [(&ernst, "S-1"), (&dora, "S-2"), (&dora, "S-7")] {
        let refused = orders.ask_return(&who.user, of(&[serial])).await.unwrap_err();
        assert!(refused.to_string().contains("is not in your stock"), "{refused}");
    }
    let new = of(&["S-1"]);
    let id = orders.ask_return(&dora.user, new.clone()).await.unwrap();
    assert_eq!(
        orders.ask_return(&dora.user, new).await.unwrap(),
        id,
        "sent twice"
    );
    assert!(
        orders.ask_return(&dora.user, of(&["S-1"])).await.is_err(),
        "asked again"
    );
    for refused in [
        orders.cancel_return(&ernst.user, id).await,
        orders.note_return(&ernst.user, id, "mine?").await,
    ] {
        assert!(
            matches!(refused, Err(RegistryError::NotFound("return"))),
            "{refused:?}"
        );
    }
    assert!(matches!(
        orders.accept_return(&dora.user, id).await,
        Err(RegistryError::NotAllowed(_))
    ));
}
