//! Adding a device takes proof that one has it.

use chrono::TimeDelta;
use uuid::Uuid;
use vitals::DeviceKey;
use vitalwire_server::ground::Purpose;
use vitalwire_server::ground::enums::{DeviceState, MoveReason};
use vitalwire_server::ground::ids::{DeviceId, HubId};
use vitalwire_server::registry::{RegistryError, RegistryScope, adoption, labels, moves};

use super::{at, history, reasons, stocked};
use crate::world::{Clinic, World};

fn key(serial: &str) -> DeviceKey {
    DeviceKey::parse("ACME", serial).unwrap()
}

async fn label<S: RegistryScope>(
    world: &World,
    scope: &S,
    device: DeviceId,
) -> Result<labels::Label, RegistryError> {
    let work = async |tx: &_| labels::label(tx, scope, &world.ground, device).await;
    scope.run(&world.database, work).await
}

async fn code<S: RegistryScope>(world: &World, scope: &S, device: DeviceId) -> Result<String, RegistryError> {
    Ok(label(world, scope, device).await?.code.expose())
}

async fn adopt<S: RegistryScope>(
    world: &World,
    scope: &S,
    serial: &str,
    code: &str,
) -> Result<DeviceId, RegistryError> {
    adoption::adopt(&world.ground, &world.database, scope, &key(serial), code).await
}

/// The one answer, in one form of words.
fn told_nothing(answer: Result<DeviceId, RegistryError>) -> String {
    match answer {
        Err(error @ RegistryError::NotFound(_)) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_code_on_the_label_brings_a_device_from_where_it_waits() {
    let world = World::new().await;
    let (dora, ernst) = (world.dealer("Dora").await, world.dealer("Ernst").await);
    let (anna, cleo) = (
        world.clinic("Anna", Some(&dora)).await,
        world.clinic("Cleo", Some(&ernst)).await,
    );
    let nora = world.clinic("Nora", None).await;
    let of_dora = stocked(&world, "S-1", dora.id).await;
    let (in_stock, other) = (world.device("S-2").await, world.device("S-3").await);
    let of_dora_s = code(&world, dora.scope(), of_dora).await.unwrap();
    let in_stock_s = code(&world, world.admin(), in_stock).await.unwrap();
    let other_s = code(&world, world.admin(), other).await.unwrap();
    assert_eq!(
        of_dora_s,
        code(&world, dora.scope(), of_dora).await.unwrap(),
        "it can be printed again"
    );

    let mut answers = vec![
        told_nothing(adopt(&world, anna.scope(), "S-1", &in_stock_s).await),
        told_nothing(adopt(&world, anna.scope(), "S-1", "nonsense").await),
        told_nothing(adopt(&world, anna.scope(), "S-none", &of_dora_s).await),
        told_nothing(adopt(&world, cleo.scope(), "S-1", &of_dora_s).await),
        told_nothing(adopt(&world, anna.scope(), "S-2", &in_stock_s).await),
        told_nothing(adopt(&world, ernst.scope(), "S-1", &of_dora_s).await),
    ];
    let sloppy = of_dora_s.to_lowercase().replace('-', " ");
    assert_eq!(
        adopt(&world, anna.scope(), "S-1", &sloppy).await.unwrap(),
        of_dora
    );
    let seen = world.seen(of_dora).await;
    assert_eq!(
        (seen.state, seen.customer, seen.distributor),
        (DeviceState::Active, Some(anna.id), Some(dora.id))
    );
    answers.push(told_nothing(adopt(&world, anna.scope(), "S-1", &of_dora_s).await));
    answers.push(told_nothing(adopt(&world, cleo.scope(), "S-1", &of_dora_s).await));
    answers.dedup();
    assert_eq!(answers.len(), 1, "all say the same: {answers:?}");

    assert_eq!(
        adopt(&world, nora.scope(), "S-2", &in_stock_s).await.unwrap(),
        in_stock
    );
    assert_eq!(
        adopt(&world, ernst.scope(), "S-3", &other_s).await.unwrap(),
        other
    );
    assert_eq!(world.seen(other).await.distributor, Some(ernst.id));
    let past = history(&world, world.admin(), of_dora).await.unwrap();
    assert_eq!(past[0].reason, MoveReason::Placed);
    assert_eq!(past[0].begun_by.name.as_deref(), Some("anna's person"));
    assert_eq!(reasons(&past).len(), 3);
    world.periods_hold().await;
}

#[tokio::test]
async fn labels_are_printed_by_who_has_the_device_in_stock() {
    let world = World::new().await;
    let (dora, ernst) = (world.dealer("Dora").await, world.dealer("Ernst").await);
    let anna = world.clinic("Anna", Some(&dora)).await;
    let device = stocked(&world, "S-1", dora.id).await;
    let foreign = code(&world, ernst.scope(), device).await;
    assert!(matches!(foreign, Err(RegistryError::NotFound(_))), "{foreign:?}");
    let admin_s = code(&world, world.admin(), device).await;
    assert!(matches!(admin_s, Err(RegistryError::Conflict(_))), "{admin_s:?}");
    moves::place(&world.ground, &world.database, dora.scope(), device, at(anna.id))
        .await
        .unwrap();
    let placed = code(&world, dora.scope(), device).await;
    assert!(matches!(placed, Err(RegistryError::Conflict(_))), "{placed:?}");
    let holder = code(&world, anna.scope(), device).await;
    assert!(matches!(holder, Err(RegistryError::NotAllowed(_))), "{holder:?}");
}

/// An active hub of the customer's.
async fn hub(world: &World, clinic: &Clinic, state: &str) -> HubId {
    let id: HubId = world.ground.id();
    sqlx::query(
        "insert into hub (id, serial, name, customer_id, state, public_key, fingerprint, confirmed_at, created_at)
         values ($1, $1::text, 'Hall', $2, $3, sha256($1::text::bytea), 'aa', $4, $4)",
    )
    .bind(id)
    .bind(clinic.id)
    .bind(state)
    .bind(world.ground.now())
    .execute(&world.sql)
    .await
    .unwrap();
    id
}

/// What intake keeps of a reading by a hub, whose device nobody seems to have.
async fn quarantined(world: &World, clinic: &Clinic, hub: HubId, item: &str) {
    let id: Uuid = world.ground.id();
    let serial = serde_json::from_str::<serde_json::Value>(item).unwrap()["device"]
        .as_str()
        .unwrap()
        .to_owned();
    sqlx::query(
        "insert into quarantine (id, received_at, customer_id, hub_id, serial, reason, item_sealed, item_hmac, raw_id, jwt)
         values ($1, $2, $3, $4, $5, 'unknown_device', $6, sha256($1::text::bytea), $1, 'a.b.c')",
    )
    .bind(id)
    .bind(world.ground.now())
    .bind(clinic.id)
    .bind(hub)
    .bind(serial)
    .bind(world.ground.keys().seal(Purpose::Quarantine, id.as_bytes(), item.as_bytes()))
    .execute(&world.sql)
    .await
    .unwrap();
}

fn weight(maker: &str, serial: &str) -> String {
    format!(r#"{{"device":"{serial}","maker":"{maker}","kind":"weight","values":{{"weight":81.5}}}}"#)
}

#[tokio::test]
async fn a_reading_on_request_brings_a_device_that_nobody_has() {
    let world = World::new().await;
    let (ground, database) = (&world.ground, &world.database);
    let (anna, bert) = (world.clinic("Anna", None).await, world.clinic("Bert", None).await);
    let (annas, off) = (
        hub(&world, &anna, "active").await,
        hub(&world, &anna, "inactive").await,
    );
    let berts = hub(&world, &bert, "active").await;
    let scale = world.scale.into();
    let key = key("S-9");
    let ask = |clinic: &Clinic| adoption::ask_for_reading(ground, clinic.scope(), &key).unwrap();
    let show = async |clinic: &Clinic, ticket: &str| {
        adoption::adopt_by_reading(ground, database, clinic.scope(), &key, scale, ticket).await
    };
    quarantined(&world, &anna, annas, &weight("Acme", "S-9")).await;
    world.tick();
    let ticket = ask(&anna);
    let nothing = told_nothing(show(&anna, &ticket).await);
    world.tick();
    quarantined(&world, &anna, off, &weight("Acme", "S-9")).await;
    quarantined(&world, &bert, berts, &weight("Acme", "S-9")).await;
    quarantined(&world, &anna, annas, &weight("Other", "S-9")).await;
    quarantined(&world, &anna, annas, &weight("Acme", "S-8")).await;
    let pressure =
        r#"{"device":"S-9","maker":"Acme","kind":"blood_pressure","values":{"systolic":121,"diastolic":79}}"#;
    quarantined(&world, &anna, annas, pressure).await;
    for _ in 0..2 {
        let not_that = told_nothing(show(&anna, &ticket).await);
        assert_eq!(not_that, nothing, "before it was asked, by others, of others");
        world.tick();
    }
    quarantined(&world, &anna, annas, &weight("Acme", "S-9")).await;
    assert_eq!(
        told_nothing(show(&bert, &ticket).await),
        nothing,
        "another's ticket"
    );
    assert_eq!(told_nothing(show(&anna, "AAAA").await), nothing);
    let device = show(&anna, &ticket).await.unwrap();
    let seen = world.seen(device).await;
    assert_eq!(
        (seen.state, seen.customer, seen.maker.as_str()),
        (DeviceState::Active, Some(anna.id), "ACME")
    );
    world.periods_hold().await;

    // Bert's hub hears it too: nothing is told of who has it now.
    let ticket = ask(&bert);
    world.tick();
    quarantined(&world, &bert, berts, &weight("Acme", "S-9")).await;
    assert_eq!(told_nothing(show(&bert, &ticket).await), nothing);
}

#[tokio::test]
async fn a_ticket_lives_a_quarter_of_an_hour() {
    let world = World::new().await;
    let anna = world.clinic("Anna", None).await;
    let hub = hub(&world, &anna, "active").await;
    let key = key("S-9");
    let ticket = adoption::ask_for_reading(&world.ground, anna.scope(), &key).unwrap();
    world.clock.advance(TimeDelta::minutes(14));
    quarantined(&world, &anna, hub, &weight("Acme", "S-9")).await;
    world.clock.advance(TimeDelta::minutes(2));
    let scale = world.scale.into();
    let late = adoption::adopt_by_reading(&world.ground, &world.database, anna.scope(), &key, scale, &ticket);
    told_nothing(late.await);
}

/// Its hub signs whatever it says, so what it adds so is of the maker whose model it names, and not without end.
#[tokio::test]
async fn a_customer_takes_few_serials_by_readings_and_none_under_another_maker_s_model() {
    let world = World::new().await;
    let (ground, database) = (&world.ground, &world.database);
    let anna = world.clinic("Anna", None).await;
    let hub = hub(&world, &anna, "active").await;
    let show = async |maker: &str, serial: &str| {
        let key = DeviceKey::parse(maker, serial).unwrap();
        let ticket = adoption::ask_for_reading(ground, anna.scope(), &key).unwrap();
        world.tick();
        quarantined(&world, &anna, hub, &weight(maker, serial)).await;
        adoption::adopt_by_reading(ground, database, anna.scope(), &key, world.scale.into(), &ticket).await
    };
    let other = show("Other", "S-1").await;
    assert!(
        matches!(
            other,
            Err(RegistryError::Invalid {
                field: "model_id",
                ..
            })
        ),
        "{other:?}"
    );
    for number in 0..adoption::MOST_A_DAY {
        show("Acme", &format!("Q-{number}")).await.unwrap();
    }
    let more = show("Acme", "Q-more").await;
    assert!(matches!(more, Err(RegistryError::Conflict(_))), "{more:?}");
    world.clock.advance(TimeDelta::hours(25));
    show("Acme", "Q-more").await.unwrap();
}

#[tokio::test]
async fn an_old_label_brings_nobody_a_device_that_came_back() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    let anna = world.clinic("Anna", Some(&dora)).await;
    let device = stocked(&world, "S-1", dora.id).await;
    let photo = code(&world, dora.scope(), device).await.unwrap();
    moves::place(&world.ground, &world.database, dora.scope(), device, at(anna.id))
        .await
        .unwrap();
    world.tick();
    moves::give_back(&world.ground, &world.database, anna.scope(), device)
        .await
        .unwrap();
    world.tick();
    moves::restock(&world.ground, &world.database, dora.scope(), device)
        .await
        .unwrap();
    told_nothing(adopt(&world, anna.scope(), "S-1", &photo).await);
    let label = label(&world, dora.scope(), device).await.unwrap();
    assert!(label.is_another, "and the sheet says so");
    let new = label.code.expose();
    assert_eq!(adopt(&world, anna.scope(), "S-1", &new).await.unwrap(), device);
}
