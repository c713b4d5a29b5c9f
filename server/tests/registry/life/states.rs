//! Who changed the state of a device or a hub, and when: what no period tells of.

use chrono::SubsecRound as _;
use vitalwire_server::ground::enums::{CaseSide, DeviceState, HubState, ThingState};
use vitalwire_server::ground::ids::DeviceId;
use vitalwire_server::registry::devices::{self, DevicePatch};
use vitalwire_server::registry::life::{self, Life};
use vitalwire_server::registry::moves::{self, Placement};
use vitalwire_server::registry::states::Change;
use vitalwire_server::registry::{RegistryError, RegistryScope, hub_moves, hubs};
use vitalwire_server::tenancy::Scope as _;

use CaseSide::{Customer, Distributor, Platform};
use ThingState::{Active, Inactive, Returned, Stock};

use super::{at, hubs as hub_life, stocked};
use crate::world::World;

async fn set<S: RegistryScope>(world: &World, scope: &S, device: DeviceId, state: DeviceState) {
    let patch = DevicePatch {
        state: Some(state),
        reference: None,
    };
    let ground = &world.ground;
    let change = async |tx: &_| devices::change(tx, scope, ground, device, patch).await;
    scope.run(&world.database, change).await.unwrap();
    world.tick();
}

async fn life_of<S: RegistryScope>(
    world: &World,
    scope: &S,
    device: DeviceId,
) -> Result<Life, RegistryError> {
    let life = async |tx: &_| life::of_device(tx, scope, device).await;
    scope.run(&world.database, life).await
}

/// The oldest first.
fn told(changes: &[Change]) -> Vec<(ThingState, ThingState, CaseSide)> {
    let told = |change: &Change| (change.was, change.became, change.side);
    changes.iter().rev().map(told).collect()
}

#[tokio::test]
async fn whoever_changes_a_device_s_state_is_kept_with_the_time() {
    let world = World::new().await;
    let (ground, database) = (&world.ground, &world.database);
    let dora = world.dealer("Dora").await;
    let (anna, bert) = (
        world.clinic("Anna", Some(&dora)).await,
        world.clinic("Bert", Some(&dora)).await,
    );
    let device = stocked(&world, "S-1", dora.id).await;
    let inactive = Placement {
        state: Some(DeviceState::Inactive),
        ..at(anna.id)
    };
    moves::place(ground, database, dora.scope(), device, inactive)
        .await
        .unwrap();
    world.tick();
    // As the database keeps it, to the microsecond.
    let activated = ground.now().trunc_subsecs(6);
    set(&world, anna.scope(), device, DeviceState::Active).await;
    set(&world, anna.scope(), device, DeviceState::Active).await;
    set(&world, world.admin(), device, DeviceState::Inactive).await;
    moves::give_back(ground, database, anna.scope(), device)
        .await
        .unwrap();
    world.tick();
    moves::restock(ground, database, dora.scope(), device)
        .await
        .unwrap();
    world.tick();
    moves::place(ground, database, dora.scope(), device, at(bert.id))
        .await
        .unwrap();

    let all = [
        (Stock, Inactive, Distributor),
        (Inactive, Active, Customer),
        (Active, Inactive, Platform),
        (Returned, Stock, Distributor),
    ];
    let admin_s = life_of(&world, world.admin(), device).await.unwrap();
    assert_eq!(told(&admin_s.changes), all);
    assert!(admin_s.changes.iter().all(|change| change.by.is_some()));
    assert_eq!(admin_s.changes[2].at, activated);
    assert_eq!(
        told(&life_of(&world, dora.scope(), device).await.unwrap().changes),
        all
    );
    // Each their own time, and nobody learns the name of somebody of the platform.
    let anna_s = life_of(&world, anna.scope(), device).await.unwrap();
    assert_eq!(told(&anna_s.changes), all[..3]);
    let who: Vec<String> = anna_s.changes.iter().rev().map(Change::who).collect();
    assert_eq!(who[0], "the distributor");
    assert!(who[1] != "the customer", "their own people by name: {who:?}");
    assert_eq!(who[2], "the platform");
    let bert_s = life_of(&world, bert.scope(), device).await.unwrap();
    assert_eq!(told(&bert_s.changes), []);
}

#[tokio::test]
async fn the_one_that_took_a_place_is_named_to_who_sees_it() {
    let world = World::new().await;
    let (ground, database) = (&world.ground, &world.database);
    let dora = world.dealer("Dora").await;
    let anna = world.clinic("Anna", Some(&dora)).await;
    let old = stocked(&world, "S-1", dora.id).await;
    let new = stocked(&world, "S-2", dora.id).await;
    moves::place(ground, database, dora.scope(), old, at(anna.id))
        .await
        .unwrap();
    world.tick();
    moves::replace(ground, database, dora.scope(), old, new, "The strap broke")
        .await
        .unwrap();
    world.tick();
    // That the old one became replaced, when and by whom, stands among its states.
    let became = life_of(&world, anna.scope(), old).await.unwrap();
    assert_eq!(
        told(&became.changes),
        [(Active, ThingState::Replaced, Distributor)]
    );
    assert_eq!(became.changes[0].at, became.successors[0].at);
    let successor = async |what| {
        let life = life_of(&world, anna.scope(), old).await.unwrap();
        assert_eq!(life.successors.len(), 1, "{what}");
        let next = life.successors[0].clone();
        assert_eq!(
            (next.device, next.note.as_deref()),
            (new, Some("The strap broke"))
        );
        next.serial
    };
    assert_eq!(successor("both are there").await.as_deref(), Some("S-2"));
    let life = life_of(&world, anna.scope(), new).await.unwrap();
    assert_eq!(life.periods[0].replaces_serial.as_deref(), Some("S-1"));
    assert!(life.successors.is_empty());
    // What is not theirs any more has no name.
    moves::give_back(ground, database, anna.scope(), old)
        .await
        .unwrap();
    world.tick();
    let life = life_of(&world, anna.scope(), new).await.unwrap();
    assert_eq!(
        (life.periods[0].replaces, &life.periods[0].replaces_serial),
        (Some(old), &None)
    );
    moves::give_back(ground, database, anna.scope(), new)
        .await
        .unwrap();
    assert_eq!(successor("the new one is gone too").await, None);
}

#[tokio::test]
async fn whoever_confirms_and_stops_a_hub_is_kept() {
    let world = World::new().await;
    let (ground, database) = (&world.ground, &world.database);
    let dora = world.dealer("Dora").await;
    let anna = world.clinic("Anna", Some(&dora)).await;
    let hub = hub_life::stocked(&world, "H-1", Some(dora.id)).await;
    hub_moves::place(ground, database, dora.scope(), hub, anna.id)
        .await
        .unwrap();
    hub_life::trusted(&world, &anna, hub, [1; 32]).await;
    for (state, by_dora) in [(HubState::Inactive, true), (HubState::Active, false)] {
        let set = if by_dora {
            let set = async |tx: &_| hubs::set_state(tx, dora.scope(), ground, hub, state).await;
            dora.scope().run(database, set).await
        } else {
            let set = async |tx: &_| hubs::set_state(tx, anna.scope(), ground, hub, state).await;
            anna.scope().run(database, set).await
        };
        set.unwrap();
        world.tick();
    }
    let life = async |tx: &_| life::of_hub(tx, anna.scope(), hub).await;
    let life = anna.scope().run(database, life).await.unwrap();
    assert_eq!(
        told(&life.changes),
        [
            (ThingState::Claimed, Active, Customer),
            (Active, Inactive, Distributor),
            (Inactive, Active, Customer),
        ]
    );
}
