//! The life of a hub.

use uuid::Uuid;
use vitalwire_server::ground::enums::{HubState, MoveReason};
use vitalwire_server::ground::ids::{CredentialId, DistributorId, HubId};
use vitalwire_server::history::commit::Verdict;
use vitalwire_server::registry::hubs::{self, Hub, HubMaker, NewHub};
use vitalwire_server::registry::{ClaimError, RegistryError, claim, hub_moves, moves, system_claim};
use vitalwire_server::tenancy::Scope as _;

use MoveReason::{Added, Allocated, Placed, Returned};

use super::{at, reasons};
use crate::world::{Clinic, World};

pub(super) async fn stocked(world: &World, serial: &str, with: Option<DistributorId>) -> HubId {
    let new = NewHub {
        serial: serial.to_owned(),
        name: format!("{serial}'s hall"),
        customer: None,
        distributor: with,
    };
    let by = HubMaker::Admin(world.admin());
    let hub = hubs::create(&world.ground, &world.database, by, new).await;
    world.tick();
    hub.unwrap()
}

async fn seen(world: &World, hub: HubId) -> Hub {
    let seen = async |tx: &_| hubs::get(tx, hub).await;
    let seen: Result<_, RegistryError> = world.admin().run(&world.database, seen).await;
    seen.unwrap()
}

/// Claims a hub for its customer and confirms its key.
pub(super) async fn trusted(world: &World, clinic: &Clinic, hub: HubId, key: [u8; 32]) {
    let code = claim::new_code(&world.ground, &world.database, clinic.scope(), hub)
        .await
        .unwrap();
    let claimed = system_claim(&world.ground, &world.database, &code.expose(), &key, Some("1.0"))
        .await
        .unwrap();
    let confirm =
        async |tx: &_| hubs::confirm(tx, clinic.scope(), &world.ground, hub, &claimed.fingerprint).await;
    clinic.scope().run(&world.database, confirm).await.unwrap();
    world.tick();
}

#[tokio::test]
async fn a_hub_that_was_given_back_is_believed_no_more_and_claimed_anew() {
    let world = World::new().await;
    let (ground, database) = (&world.ground, &world.database);
    let dora = world.dealer("Dora").await;
    let (anna, bert) = (
        world.clinic("Anna", Some(&dora)).await,
        world.clinic("Bert", Some(&dora)).await,
    );
    let hub = stocked(&world, "H-1", None).await;
    let no_code = claim::new_code(ground, database, world.admin(), hub).await;
    assert!(
        matches!(no_code, Err(RegistryError::Conflict(_))),
        "it stands nowhere"
    );
    hub_moves::allocate(ground, database, world.admin(), hub, dora.id)
        .await
        .unwrap();
    world.tick();
    hub_moves::place(ground, database, dora.scope(), hub, anna.id)
        .await
        .unwrap();
    trusted(&world, &anna, hub, [1; 32]).await;
    let device = super::stocked(&world, "S-1", dora.id).await;
    moves::place(ground, database, dora.scope(), device, at(anna.id))
        .await
        .unwrap();
    world.tick();
    let by_hub = (Some(hub), CredentialId::from(hub.as_uuid()));
    let row = world.row(device, by_hub, ground.now());
    let verdict = world.committer.commit(vec![row]).await.unwrap()[0];
    assert!(matches!(verdict, Verdict::Accepted(_)), "{verdict:?}");

    let open_code = "select count(*) from hub_claim_code where used_at is null";
    hubs_state(&world, &anna, hub, HubState::Inactive).await;
    let waiting = claim::new_code(ground, database, anna.scope(), hub)
        .await
        .unwrap();
    hubs_state(&world, &anna, hub, HubState::Active).await;
    hub_moves::give_back(ground, database, anna.scope(), hub)
        .await
        .unwrap();
    let row = world.row(device, by_hub, ground.now());
    let verdict = world.committer.commit(vec![row]).await.unwrap()[0];
    assert_eq!(verdict, Verdict::InactiveHub);
    assert!(
        world.cache.hub_now(hub).await.unwrap().is_none(),
        "it holds no key"
    );
    let found = seen(&world, hub).await;
    assert_eq!(
        (found.state, found.customer, found.distributor, found.fingerprint),
        (HubState::Unclaimed, None, Some(dora.id), None)
    );
    let codes: i64 = sqlx::query_scalar(open_code).fetch_one(&world.sql).await.unwrap();
    assert_eq!(codes, 0, "codes are void");
    let late = system_claim(ground, database, &waiting.expose(), &[2; 32], None).await;
    assert!(matches!(late, Err(ClaimError::UnknownCode)), "{late:?}");
    let keys: i64 =
        sqlx::query_scalar("select count(*) from hub_key where hub_id = $1 and valid_until is null")
            .bind(hub)
            .fetch_one(&world.sql)
            .await
            .unwrap();
    assert_eq!(keys, 0, "the key that it held is no longer valid");
    let gone = claim::new_code(ground, database, anna.scope(), hub).await;
    assert!(matches!(gone, Err(RegistryError::NotFound(_))), "{gone:?}");

    world.tick();
    hub_moves::place(ground, database, dora.scope(), hub, bert.id)
        .await
        .unwrap();
    trusted(&world, &bert, hub, [3; 32]).await;
    let row = world.row(device, by_hub, ground.now());
    let verdict = world.committer.commit(vec![row]).await.unwrap()[0];
    assert_eq!(verdict, Verdict::WrongOwner, "it speaks for Bert's devices now");

    its_periods(&world, hub, &anna).await;
}

async fn its_periods(world: &World, hub: HubId, anna: &Clinic) {
    let database = &world.database;
    let history = async |tx: &_| hub_moves::history(tx, world.admin(), hub).await;
    let all: Result<_, RegistryError> = world.admin().run(database, history).await;
    assert_eq!(
        reasons(&all.unwrap()),
        [Placed, Returned, Placed, Allocated, Added]
    );
    let history = async |tx: &_| hub_moves::history(tx, anna.scope(), hub).await;
    let anna_s: Result<_, RegistryError> = anna.scope().run(database, history).await;
    assert_eq!(reasons(&anna_s.unwrap()), [Placed]);
}

async fn hubs_state(world: &World, clinic: &Clinic, hub: HubId, state: HubState) {
    let change = async |tx: &_| hubs::set_state(tx, clinic.scope(), &world.ground, hub, state).await;
    clinic.scope().run(&world.database, change).await.unwrap();
}

#[tokio::test]
async fn hubs_of_one_serial_come_back_from_two_customers() {
    let world = World::new().await;
    let (ground, database) = (&world.ground, &world.database);
    let dora = world.dealer("Dora").await;
    let (anna, bert) = (
        world.clinic("Anna", Some(&dora)).await,
        world.clinic("Bert", Some(&dora)).await,
    );
    let mut both = Vec::new();
    for clinic in [&anna, &bert] {
        let new = NewHub {
            serial: "H-1".to_owned(),
            name: "Hall".to_owned(),
            customer: Some(clinic.id),
            distributor: None,
        };
        let by = HubMaker::Distributor(dora.scope());
        both.push(hubs::create(ground, database, by, new).await.unwrap());
    }
    world.tick();
    for (clinic, hub) in [(&anna, both[0]), (&bert, both[1])] {
        hub_moves::give_back(ground, database, clinic.scope(), hub)
            .await
            .unwrap();
    }
    world.tick();
    hub_moves::place(ground, database, dora.scope(), both[0], anna.id)
        .await
        .unwrap();
    let twin = hub_moves::place(ground, database, dora.scope(), both[1], anna.id).await;
    assert!(matches!(twin, Err(RegistryError::Conflict(_))), "{twin:?}");
}

#[tokio::test]
async fn a_hub_is_moved_by_who_has_it() {
    let world = World::new().await;
    let (ground, database) = (&world.ground, &world.database);
    let (dora, ernst) = (world.dealer("Dora").await, world.dealer("Ernst").await);
    let (anna, cleo) = (
        world.clinic("Anna", Some(&dora)).await,
        world.clinic("Cleo", Some(&ernst)).await,
    );
    let hub = stocked(&world, "H-1", Some(dora.id)).await;
    for scope in [&ernst, &dora] {
        let refused = hub_moves::place(ground, database, scope.scope(), hub, cleo.id).await;
        assert!(matches!(refused, Err(RegistryError::NotFound(_))), "{refused:?}");
    }
    hub_moves::place(ground, database, dora.scope(), hub, anna.id)
        .await
        .unwrap();
    let refused = hub_moves::give_back(ground, database, cleo.scope(), hub).await;
    assert!(matches!(refused, Err(RegistryError::NotFound(_))), "{refused:?}");
    world.tick();
    hub_moves::retire(ground, database, world.admin(), hub)
        .await
        .unwrap();
    let refused = hub_moves::place(ground, database, dora.scope(), hub, anna.id).await;
    assert!(matches!(refused, Err(RegistryError::Conflict(_))), "{refused:?}");
    let open: Vec<Uuid> =
        sqlx::query_scalar("select id from assignment where hub_id = $1 and valid_until is null")
            .bind(hub)
            .fetch_all(&world.sql)
            .await
            .unwrap();
    assert_eq!(open.len(), 1);
}
