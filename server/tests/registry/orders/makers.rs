//! One serial of two makers, in one order and in one return.

use vitals::Kind;
use vitalwire_server::ground::enums::{OrderItemState, OrderState, Transport};
use vitalwire_server::ground::ids::DeviceModelId;
use vitalwire_server::orders::returns::NewReturn;
use vitalwire_server::orders::{Became, NewOrder, Serials, Wanted, WriteOff};
use vitalwire_server::registry::devices;
use vitalwire_server::registry::models::{self, NewModel};
use vitalwire_server::registry::{RegistryError, moves};
use vitalwire_server::tenancy::Scope as _;

use super::{all_but, fresh_token, named, parcel};
use crate::world::{World, of_nobody};

fn why(refused: Result<impl std::fmt::Debug, RegistryError>) -> String {
    refused.unwrap_err().to_string()
}

/// A model of a maker beside the world's own, with a device in the inventory.
async fn of_other_maker(world: &World, serial: &str) -> DeviceModelId {
    let (admin, ground) = (world.admin(), &world.ground);
    let made: Result<_, RegistryError> = admin
        .run(&world.database, async |tx| {
            let new = NewModel {
                maker: "Zenith Medical".parse().unwrap(),
                name: "Scale 9".to_owned(),
                kinds: vec![Kind::Weight],
                transport: Transport::Cellular,
                reports: Vec::new(),
            };
            let model = models::create(tx, ground, new).await?.id;
            let new = of_nobody("Zenith Medical", serial, model);
            devices::create(tx, admin, ground, new).await?;
            Ok(model)
        })
        .await;
    world.tick();
    made.unwrap()
}

#[tokio::test]
async fn one_serial_of_two_makers_is_named_with_its_maker() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    world.scales(&["S-1"]).await;
    let other = of_other_maker(&world, "s-1").await;
    let orders = world.orders();
    let one = |model| Wanted {
        model: Some(model),
        quantity: 1,
    };
    let new = NewOrder {
        wanted: vec![one(world.scale.into()), one(other)],
        ..world.wants(1, 0)
    };
    let id = orders.place(&dora.user, new).await.unwrap();
    world.tick();
    let allocate = async |typed: &[&str]| {
        let serials = Serials::Named(named(typed));
        orders.allocate(&world.admin, id, serials).await
    };
    let refused = why(allocate(&["S-1"]).await);
    assert!(
        refused.contains("is the serial of more than one")
            && refused.contains("“Zenith Medical Scale 9 s-1”"),
        "{refused}"
    );
    assert!(why(allocate(&["Zenit S-1"]).await).contains("is not in the inventory"));
    assert_eq!(
        allocate(&["zenith medical S-1", "Acme S-1"]).await.unwrap().open,
        0
    );
    world.reservations_hold().await;

    let only = parcel(Some(&["S-1"]));
    assert!(why(orders.ship(&world.admin, id, only).await).contains("more than one"));
    orders.ship(&world.admin, id, parcel(None)).await.unwrap();
    world.tick();
    let missed = orders.receive(&dora.user, id, all_but(&["S-1"])).await;
    assert!(why(missed).contains("more than one"));
    let taken = orders
        .receive(&dora.user, id, all_but(&["Zenith Medical S-1"]))
        .await;
    assert_eq!(taken.unwrap(), 1);
    let items = world.items(id).await;
    let missing: Vec<&str> = items
        .iter()
        .filter(|item| item.state == OrderItemState::Missing)
        .map(|item| item.model.as_str())
        .collect();
    assert_eq!(missing, ["Zenith Medical Scale 9"]);
    let found = WriteOff {
        serials: named(&["S-1"]),
        became: Became::Here,
        replace: false,
    };
    // Only one of them is missing, so nobody can mean the other.
    orders.write_off(&world.admin, id, found).await.unwrap();
    assert_eq!(world.order(id).await.state, OrderState::InStock);
    world.reservations_hold().await;
}

#[tokio::test]
async fn what_goes_back_is_named_with_its_maker_as_well() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    let scale = world.scales(&["S-1"]).await[0];
    of_other_maker(&world, "S-1").await;
    let other: uuid::Uuid = sqlx::query_scalar("select id from device where maker = 'Zenith Medical'")
        .fetch_one(&world.sql)
        .await
        .unwrap();
    for device in [scale, other.into()] {
        moves::allocate(&world.ground, &world.database, world.admin(), device, dora.id)
            .await
            .unwrap();
    }
    world.tick();
    let orders = world.orders();
    let ask = async |serial: &str| {
        let new = NewReturn {
            token: fresh_token(),
            reason: vitalwire_server::ground::enums::ReturnReason::NotNeeded,
            serials: named(&[serial]),
            note: None,
        };
        orders.ask_return(&dora.user, new).await
    };
    let refused = why(ask("S-1").await);
    assert!(
        refused.contains("cannot go back: S-1 is the serial of more than one"),
        "{refused}"
    );
    let id = ask("Zenith Medical Scale 9 S-1").await.unwrap();
    orders.accept_return(&world.admin, id).await.unwrap();
    // The other one is all that is free now; what is promised is not asked twice.
    ask("S-1").await.unwrap();
    assert!(why(ask("Zenith Medical S-1").await).contains("is to go back already"));
    assert!(why(ask("S-2").await).contains("is not in your stock"));
}
