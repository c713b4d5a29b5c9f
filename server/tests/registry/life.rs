//! The life of devices and hubs: from the inventory to a customer and back, with who, when and why.

mod adoption;
mod hubs;
mod model;
mod races;
mod states;

use rstest::rstest;
use vitalwire_server::ground::enums::{DeviceState, MoveReason};
use vitalwire_server::ground::ids::{CustomerId, DeviceId, DistributorId};
use vitalwire_server::history::commit::Verdict;
use vitalwire_server::registry::devices::{self, DevicePatch, ReferenceChange};
use vitalwire_server::registry::moves::{self, HeldPeriod, Placement};
use vitalwire_server::registry::{RegistryError, RegistryScope};
use vitalwire_server::tenancy::Scope as _;

use MoveReason::{Added, Allocated, Placed, Recalled, Retired, Returned};

use crate::world::{Clinic, Dealer, World};

fn at(customer: CustomerId) -> Placement {
    Placement {
        customer,
        state: None,
        from: None,
    }
}

fn reasons(periods: &[HeldPeriod]) -> Vec<MoveReason> {
    periods.iter().map(|period| period.reason).collect()
}

async fn history<S: RegistryScope>(
    world: &World,
    scope: &S,
    device: DeviceId,
) -> Result<Vec<HeldPeriod>, RegistryError> {
    scope
        .run(&world.database, async |tx| {
            moves::history(tx, scope, device).await
        })
        .await
}

async fn stocked(world: &World, serial: &str, with: DistributorId) -> DeviceId {
    let device = world.device(serial).await;
    moves::allocate(&world.ground, &world.database, world.admin(), device, with)
        .await
        .unwrap();
    world.tick();
    device
}

#[tokio::test]
async fn a_device_goes_its_way_and_each_sees_their_part_of_it() {
    let world = World::new().await;
    let (ground, database) = (&world.ground, &world.database);
    let (dora, ernst) = (world.dealer("Dora").await, world.dealer("Ernst").await);
    let (anna, cleo) = (
        world.clinic("Anna", Some(&dora)).await,
        world.clinic("Cleo", Some(&ernst)).await,
    );
    let device = stocked(&world, "S-1", dora.id).await;
    let twice = moves::allocate(ground, database, world.admin(), device, ernst.id).await;
    assert!(matches!(twice, Err(RegistryError::Conflict(_))), "{twice:?}");

    let inactive = Placement {
        state: Some(DeviceState::Inactive),
        ..at(anna.id)
    };
    moves::place(ground, database, dora.scope(), device, inactive)
        .await
        .unwrap();
    let seen = world.seen(device).await;
    assert_eq!(
        (seen.state, seen.customer, seen.distributor),
        (DeviceState::Inactive, Some(anna.id), Some(dora.id))
    );
    world.tick();
    moves::give_back(ground, database, anna.scope(), device)
        .await
        .unwrap();
    let seen = world.seen(device).await;
    assert_eq!(
        (seen.state, seen.customer, seen.distributor),
        (DeviceState::Returned, None, Some(dora.id))
    );
    let early = moves::place(ground, database, dora.scope(), device, at(anna.id)).await;
    assert!(matches!(early, Err(RegistryError::Conflict(_))), "{early:?}");
    moves::restock(ground, database, dora.scope(), device)
        .await
        .unwrap();
    world.tick();
    moves::recall(ground, database, world.admin(), device)
        .await
        .unwrap();
    world.tick();
    moves::allocate(ground, database, world.admin(), device, ernst.id)
        .await
        .unwrap();
    world.tick();
    moves::place(ground, database, ernst.scope(), device, at(cleo.id))
        .await
        .unwrap();
    let seen = world.seen(device).await;
    assert!(seen.ever_moved && seen.state == DeviceState::Active, "{seen:?}");
    world.tick();
    moves::retire(ground, database, world.admin(), device)
        .await
        .unwrap();
    let again = moves::place(ground, database, world.admin(), device, at(cleo.id)).await;
    assert!(matches!(again, Err(RegistryError::Conflict(_))), "{again:?}");
    world.periods_hold().await;
    each_sees_their_part(&world, device, (&dora, &ernst), &anna).await;
}

async fn each_sees_their_part(
    world: &World,
    device: DeviceId,
    (dora, ernst): (&Dealer, &Dealer),
    anna: &Clinic,
) {
    let all = history(world, world.admin(), device).await.unwrap();
    assert_eq!(
        reasons(&all),
        [
            Retired, Placed, Allocated, Recalled, Returned, Placed, Allocated, Added
        ]
    );
    assert_eq!(all[1].ended_by.name.as_deref(), Some("ada's person"));
    assert_eq!(all[5].begun_by.name.as_deref(), Some("dora's person"));
    assert_eq!(all[5].ended_by.name.as_deref(), Some("anna's person"));
    assert_eq!(all[5].distributor_name.as_deref(), Some("Dora"));

    let dora_s = history(world, dora.scope(), device).await.unwrap();
    assert_eq!(reasons(&dora_s), [Returned, Placed, Allocated], "hers alone");
    assert_eq!(
        (
            dora_s[1].customer_name.as_deref(),
            dora_s[1].begun_by.name.as_deref(),
            dora_s[1].ended_by.name.as_deref()
        ),
        (Some("Anna"), Some("dora's person"), None),
        "who ended it is another organisation's person"
    );
    let ernst_s = history(world, ernst.scope(), device).await.unwrap();
    assert_eq!(reasons(&ernst_s), [Retired, Placed, Allocated]);
    let anna_s = history(world, anna.scope(), device).await.unwrap();
    assert_eq!(reasons(&anna_s), [Placed]);
    assert_eq!(
        (anna_s[0].until.is_some(), anna_s[0].distributor_name.as_deref()),
        (true, None)
    );
    let stranger = world.clinic("Stranger", Some(dora)).await;
    let none = history(world, stranger.scope(), device).await;
    assert!(matches!(none, Err(RegistryError::NotFound(_))), "{none:?}");
}

#[tokio::test]
async fn nobody_moves_what_is_not_theirs() {
    let world = World::new().await;
    let (ground, database) = (&world.ground, &world.database);
    let (dora, ernst) = (world.dealer("Dora").await, world.dealer("Ernst").await);
    let (anna, cleo) = (
        world.clinic("Anna", Some(&dora)).await,
        world.clinic("Cleo", Some(&ernst)).await,
    );
    let device = stocked(&world, "S-1", dora.id).await;
    let spare = stocked(&world, "S-2", ernst.id).await;
    let not_found = |what: Result<(), RegistryError>| {
        assert!(matches!(what, Err(RegistryError::NotFound(_))), "{what:?}");
    };
    not_found(moves::place(ground, database, ernst.scope(), device, at(cleo.id)).await);
    not_found(moves::place(ground, database, dora.scope(), device, at(cleo.id)).await);
    not_found(moves::place(ground, database, anna.scope(), device, at(anna.id)).await);
    not_found(moves::give_back(ground, database, anna.scope(), device).await);
    moves::place(ground, database, dora.scope(), device, at(anna.id))
        .await
        .unwrap();
    not_found(moves::give_back(ground, database, cleo.scope(), device).await);
    not_found(moves::give_back(ground, database, ernst.scope(), device).await);
    not_found(moves::restock(ground, database, cleo.scope(), device).await);
    not_found(moves::replace(ground, database, dora.scope(), device, spare, "why").await);
    not_found(moves::replace(ground, database, ernst.scope(), device, spare, "why").await);
    let own = moves::place(ground, database, anna.scope(), device, at(anna.id)).await;
    assert!(matches!(own, Err(RegistryError::NotAllowed(_))), "{own:?}");
    world.periods_hold().await;
}

#[tokio::test]
async fn a_replacement_goes_on_with_the_line_and_the_reference() {
    let world = World::new().await;
    let (ground, database) = (&world.ground, &world.database);
    let dora = world.dealer("Dora").await;
    let anna = world.clinic("Anna", Some(&dora)).await;
    let mut devices_of_line = Vec::new();
    for serial in ["S-1", "S-2", "S-3"] {
        devices_of_line.push(stocked(&world, serial, dora.id).await);
    }
    let [first, second, third] = devices_of_line[..] else {
        panic!("three")
    };
    moves::place(ground, database, dora.scope(), first, at(anna.id))
        .await
        .unwrap();
    let named = DevicePatch {
        state: None,
        reference: Some(ReferenceChange::Set("bed 7".to_owned())),
    };
    anna.scope()
        .run(database, async |tx| {
            devices::change(tx, anna.scope(), ground, first, named).await
        })
        .await
        .unwrap();
    world.tick();
    for why in ["", " \n ", "\u{7}"] {
        let unsaid = moves::replace(ground, database, dora.scope(), first, second, why).await;
        assert!(matches!(unsaid, Err(RegistryError::Invalid { .. })), "{unsaid:?}");
    }
    moves::replace(ground, database, dora.scope(), first, second, "The strap broke")
        .await
        .unwrap();
    let seen = async |device| {
        anna.scope()
            .run(database, async |tx| devices::get(tx, device).await)
            .await
            .unwrap()
    };
    let (old, new) = (seen(first).await, seen(second).await);
    assert_eq!(
        (old.state, old.customer, old.customer_reference),
        (DeviceState::Replaced, Some(anna.id), None)
    );
    assert_eq!(
        (new.state, new.customer, new.customer_reference.as_deref()),
        (DeviceState::Active, Some(anna.id), Some("bed 7"))
    );
    world.tick();
    moves::give_back(ground, database, anna.scope(), first)
        .await
        .unwrap();

    // The customer's own spare takes the next turn: it had a line of its own, which stays.
    let spare = Placement {
        state: Some(DeviceState::Inactive),
        ..at(anna.id)
    };
    moves::place(ground, database, dora.scope(), third, spare)
        .await
        .unwrap();
    world.tick();
    moves::replace(ground, database, anna.scope(), second, third, "Battery")
        .await
        .unwrap();
    world.periods_hold().await;
    for device in [second, third] {
        let line = moves::line(database, anna.scope(), device).await.unwrap();
        let serials: Vec<&str> = line.iter().map(|period| period.serial.as_str()).collect();
        assert_eq!(serials, ["S-3", "S-2", "S-1"], "the one given back has its name");
        assert_eq!(
            (line[1].note.as_deref(), line[1].replaces),
            (Some("The strap broke"), Some(first))
        );
        // A place in the line ends where the next device takes it; the customer has the second one still.
        let ends: Vec<_> = line.iter().map(|period| period.until).collect();
        assert_eq!(ends, [None, Some(line[0].from), Some(line[1].from)]);
        assert!(line[1].held_until.is_none() && line[2].held_until > line[2].until);
    }
    let stranger = world.clinic("Stranger", Some(&dora)).await;
    let none = moves::line(database, stranger.scope(), third).await;
    assert!(matches!(none, Err(RegistryError::NotFound(_))), "{none:?}");

    // At another customer it begins a line of its own.
    moves::restock(ground, database, dora.scope(), first)
        .await
        .unwrap();
    world.tick();
    moves::place(ground, database, dora.scope(), first, at(stranger.id))
        .await
        .unwrap();
    let line = moves::line(database, stranger.scope(), first).await.unwrap();
    assert_eq!(line.len(), 1);
}

/// What is done to a device that is in use at Anna's.
#[derive(Debug, Clone, Copy)]
enum Done {
    Deactivated,
    GivenBack,
    Replaced,
    Retired,
    MovedAway,
}

#[rstest]
#[case(Done::Deactivated)]
#[case(Done::GivenBack)]
#[case(Done::Replaced)]
#[case(Done::Retired)]
#[case(Done::MovedAway)]
#[tokio::test]
async fn from_the_next_commit_on_nothing_is_taken_for_who_had_it(#[case] done: Done) {
    let world = World::new().await;
    let (ground, database) = (&world.ground, &world.database);
    let dora = world.dealer("Dora").await;
    let (anna, bert) = (
        world.clinic("Anna", Some(&dora)).await,
        world.clinic("Bert", Some(&dora)).await,
    );
    let device = stocked(&world, "S-1", dora.id).await;
    let spare = stocked(&world, "S-2", dora.id).await;
    let token = world.token(device).await;
    assert_eq!(
        world.measure(device, token).await,
        (Verdict::InactiveDevice, None),
        "in stock"
    );
    moves::place(ground, database, dora.scope(), device, at(anna.id))
        .await
        .unwrap();
    let (verdict, owner) = world.measure(device, token).await;
    assert!(matches!(verdict, Verdict::Accepted(_)), "{verdict:?}");
    assert_eq!(owner, Some(anna.id));
    world.tick();

    let admin = world.admin();
    let inactive = DevicePatch {
        state: Some(DeviceState::Inactive),
        reference: None,
    };
    match done {
        Done::Deactivated => {
            anna.scope()
                .run(database, async |tx| {
                    devices::change(tx, anna.scope(), ground, device, inactive).await
                })
                .await
        }
        Done::GivenBack => moves::give_back(ground, database, anna.scope(), device).await,
        Done::Replaced => moves::replace(ground, database, dora.scope(), device, spare, "old").await,
        Done::Retired => moves::retire(ground, database, admin, device).await,
        Done::MovedAway => moves::place(ground, database, admin, device, at(bert.id)).await,
    }
    .unwrap();
    let (verdict, owner) = world.measure(device, token).await;
    if let Done::MovedAway = done {
        assert_eq!(owner, Some(bert.id));
    } else {
        assert_eq!((verdict, owner), (Verdict::InactiveDevice, None), "{done:?}");
    }
    let of_anna: i64 = sqlx::query_scalar("select count(*) from reading where customer_id = $1")
        .bind(anna.id)
        .fetch_one(&world.sql)
        .await
        .unwrap();
    assert_eq!(of_anna, 1, "what she had stays hers");
}

#[tokio::test]
async fn a_distributor_places_from_earlier_but_never_into_another_s_time() {
    let world = World::new().await;
    let (ground, database) = (&world.ground, &world.database);
    let dora = world.dealer("Dora").await;
    let (anna, bert) = (
        world.clinic("Anna", Some(&dora)).await,
        world.clinic("Bert", Some(&dora)).await,
    );
    let device = stocked(&world, "S-1", dora.id).await;
    moves::place(ground, database, dora.scope(), device, at(anna.id))
        .await
        .unwrap();
    let anna_s = ground.now();
    world.clock.advance(chrono::TimeDelta::hours(1));
    moves::give_back(ground, database, dora.scope(), device)
        .await
        .unwrap();
    moves::restock(ground, database, dora.scope(), device)
        .await
        .unwrap();
    world.clock.advance(chrono::TimeDelta::hours(1));
    for (from, field) in [
        (anna_s + chrono::TimeDelta::minutes(5), "from"),
        (ground.now() + chrono::TimeDelta::minutes(5), "from"),
    ] {
        let to = Placement {
            from: Some(from),
            ..at(bert.id)
        };
        let refused = moves::place(ground, database, dora.scope(), device, to).await;
        assert!(
            matches!(&refused, Err(RegistryError::Invalid { field: told, .. }) if *told == field),
            "{refused:?}"
        );
    }
    let half_an_hour_ago = Placement {
        from: Some(ground.now() - chrono::TimeDelta::minutes(30)),
        ..at(bert.id)
    };
    moves::place(ground, database, dora.scope(), device, half_an_hour_ago)
        .await
        .unwrap();
    let token = world.token(device).await;
    let row = world.row(
        device,
        (None, token),
        ground.now() - chrono::TimeDelta::minutes(20),
    );
    world.committer.commit(vec![row.clone()]).await.unwrap();
    assert_eq!(world.owner(&row).await, Some(bert.id));
    world.periods_hold().await;
}
