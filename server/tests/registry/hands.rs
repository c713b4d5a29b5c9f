//! What the next holder of a device or a hub does not learn of the one before.

use sqlx::Row as _;
use uuid::Uuid;
use vitalwire_server::ground::ids::{DeviceId, DistributorId, HubId};
use vitalwire_server::history::commit::Verdict;
use vitalwire_server::registry::devices::{self, Device, DeviceFilter};
use vitalwire_server::registry::{
    Ask, Change, Reference, Typed as _, configure, hub_moves, moves, naming, tokens,
};
use vitalwire_server::tenancy::Scope as _;

use crate::world::{Clinic, Dealer, World};

fn at(clinic: &Clinic) -> moves::Placement {
    moves::Placement {
        customer: clinic.id,
        state: None,
        from: None,
    }
}

/// A scale in a distributor's stock.
async fn stocked(world: &World, serial: &str, dora: &Dealer) -> DeviceId {
    let device = world.device(serial).await;
    moves::allocate(&world.ground, &world.database, world.admin(), device, dora.id)
        .await
        .unwrap();
    world.tick();
    device
}

/// Something was heard of it, for who has it now.
async fn heard(world: &World, device: DeviceId) {
    sqlx::query(
        "insert into device_status (device_id, distributor_id, customer_id, last_seen_at, last_reading_at, last_kind,
           battery_percent, signal_dbm)
         select id, distributor_id, customer_id, now(), now(), 'weight', 41, -77 from device where id = $1",
    )
    .bind(device)
    .execute(&world.sql)
    .await
    .unwrap();
    sqlx::query(
        "insert into device_vitality_day (customer_id, distributor_id, device_id, day, battery_min, battery_last, heard,
           last_at)
         select customer_id, distributor_id, id, current_date, 41, 41, 1, now() from device
         where id = $1 and customer_id is not null",
    )
    .bind(device)
    .execute(&world.sql)
    .await
    .unwrap();
}

/// Whether anything is told of what was heard of it.
fn is_told(device: &Device) -> bool {
    device.last_seen_at.is_some()
        || device.last_reading_at.is_some()
        || device.last_kind.is_some()
        || device.battery_percent.is_some()
        || device.signal_dbm.is_some()
}

async fn as_seen_by(world: &World, clinic: &Clinic, device: DeviceId) -> Device {
    clinic
        .scope()
        .run(&world.database, async |tx| devices::get(tx, device).await)
        .await
        .unwrap()
}

#[tokio::test]
async fn what_was_heard_of_a_device_stays_behind_when_it_changes_hands() {
    let world = World::new().await;
    let (ground, database, admin) = (&world.ground, &world.database, world.admin());
    let dora = world.dealer("Dora").await;
    let (anna, bert) = (
        world.clinic("Anna", Some(&dora)).await,
        world.clinic("Bert", Some(&dora)).await,
    );
    let device = stocked(&world, "S-1", &dora).await;
    moves::place(ground, database, dora.scope(), device, at(&anna))
        .await
        .unwrap();
    heard(&world, device).await;
    assert!(is_told(&as_seen_by(&world, &anna, device).await));

    world.tick();
    moves::place(ground, database, admin, device, at(&bert))
        .await
        .unwrap();
    assert!(!is_told(&as_seen_by(&world, &bert, device).await));
    assert!(!is_told(&world.seen(device).await));

    // Into the stock, and out of it again.
    heard(&world, device).await;
    world.tick();
    moves::give_back(ground, database, bert.scope(), device)
        .await
        .unwrap();
    assert!(!is_told(&world.seen(device).await));
    moves::restock(ground, database, dora.scope(), device)
        .await
        .unwrap();
    heard(&world, device).await;
    world.tick();
    moves::place(ground, database, dora.scope(), device, at(&anna))
        .await
        .unwrap();
    assert!(!is_told(&as_seen_by(&world, &anna, device).await));

    // How it was, day by day, stays with whom it was told of.
    let days: Vec<Uuid> =
        sqlx::query_scalar("select customer_id from device_vitality_day where device_id = $1")
            .bind(device)
            .fetch_all(&world.sql)
            .await
            .unwrap();
    let mut whose = [anna.id.as_uuid(), bert.id.as_uuid()];
    whose.sort_unstable();
    assert_eq!(
        {
            let mut days = days;
            days.sort_unstable();
            days
        },
        whose
    );
}

/// Who wrote it did not know yet that the device had gone.
#[tokio::test]
async fn what_is_written_of_the_holder_before_is_shown_to_nobody() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    let (anna, bert) = (
        world.clinic("Anna", Some(&dora)).await,
        world.clinic("Bert", Some(&dora)).await,
    );
    let device = stocked(&world, "S-1", &dora).await;
    moves::place(&world.ground, &world.database, dora.scope(), device, at(&bert))
        .await
        .unwrap();
    sqlx::query(
        "insert into device_status (device_id, distributor_id, customer_id, last_seen_at, battery_percent)
         values ($1, $2, $3, now(), 41)",
    )
    .bind(device)
    .bind(dora.id)
    .bind(anna.id)
    .execute(&world.sql)
    .await
    .unwrap();
    assert!(!is_told(&as_seen_by(&world, &bert, device).await));
    assert!(!is_told(&world.seen(device).await));
}

async fn hub_of(world: &World, serial: &str, dora: DistributorId) -> HubId {
    let hub: HubId = world.ground.id();
    sqlx::query(
        "insert into hub (id, serial, name, distributor_id, created_at) values ($1, $2, 'In the van', $3, now())",
    )
    .bind(hub)
    .bind(serial)
    .bind(dora)
    .execute(&world.sql)
    .await
    .unwrap();
    sqlx::query(
        "insert into assignment (id, hub_id, distributor_id, valid_from, created_at)
         values (gen_random_uuid(), $1, $2, now() - interval '1 day', now())",
    )
    .bind(hub)
    .bind(dora)
    .execute(&world.sql)
    .await
    .unwrap();
    hub
}

#[tokio::test]
async fn what_a_customer_called_its_hub_stays_behind_when_the_hub_goes() {
    let world = World::new().await;
    let (ground, database) = (&world.ground, &world.database);
    let dora = world.dealer("Dora").await;
    let anna = world.clinic("Anna", Some(&dora)).await;
    let hub = hub_of(&world, "H-1", dora.id).await;
    let name = async || -> String {
        sqlx::query_scalar("select name from hub where id = $1")
            .bind(hub)
            .fetch_one(&world.sql)
            .await
            .unwrap()
    };
    hub_moves::place(ground, database, dora.scope(), hub, anna.id)
        .await
        .unwrap();
    assert_eq!(name().await, "In the van", "it was named for the customer");
    anna.scope()
        .run(database, async |tx| {
            naming::name_hub(tx, anna.scope(), hub, "Room of Mrs. Doe").await
        })
        .await
        .unwrap();
    world.tick();
    hub_moves::give_back(ground, database, anna.scope(), hub)
        .await
        .unwrap();
    assert_eq!(name().await, "H-1");
}

/// The customer's own word for a device may tell of a patient.
#[tokio::test]
async fn each_side_sees_its_own_word_for_a_device_and_finds_by_no_other() {
    let world = World::new().await;
    let (ground, database, admin) = (&world.ground, &world.database, world.admin());
    let dora = world.dealer("Dora").await;
    let anna = world.clinic("Anna", Some(&dora)).await;
    let device = stocked(&world, "S-1", &dora).await;
    moves::place(ground, database, dora.scope(), device, at(&anna))
        .await
        .unwrap();
    let word = |text: &str| Change::Set(Reference::parse("reference", text).unwrap());
    anna.scope()
        .run(database, async |tx| {
            configure::call(tx, anna.scope(), ground, device, &word("Mrs. Doe")).await
        })
        .await
        .unwrap();
    dora.scope()
        .run(database, async |tx| {
            configure::call(tx, dora.scope(), ground, device, &word("Shelf 7")).await
        })
        .await
        .unwrap();

    let words = |seen: &Device| {
        (
            seen.customer_reference.clone(),
            seen.distributor_reference.clone(),
        )
    };
    let (hers, doras) = (Some("Mrs. Doe".to_owned()), Some("Shelf 7".to_owned()));
    assert_eq!(words(&as_seen_by(&world, &anna, device).await), (hers, None));
    assert_eq!(words(&world.seen(device).await), (None, doras.clone()));
    let seen = dora
        .scope()
        .run(database, async |tx| devices::get(tx, device).await)
        .await
        .unwrap();
    assert_eq!(words(&seen), (None, doras));

    let by = |q: &str| DeviceFilter {
        q: Some(q.to_owned()),
        ..DeviceFilter::default()
    };
    for (q, [anna_finds, dora_finds, admin_finds]) in [("mrs. doe", [1, 0, 0]), ("shelf 7", [0, 1, 1])] {
        let filter = by(q);
        let found = anna
            .scope()
            .run(database, async |tx| {
                devices::list(tx, &filter, &Ask::first(9)).await
            })
            .await
            .unwrap();
        assert_eq!(found.rows.len(), anna_finds, "{q}");
        let found = dora
            .scope()
            .run(database, async |tx| {
                devices::list(tx, &filter, &Ask::first(9)).await
            })
            .await
            .unwrap();
        assert_eq!(found.rows.len(), dora_finds, "{q}");
        let found = admin
            .run(database, async |tx| {
                devices::list(tx, &filter, &Ask::first(9)).await
            })
            .await
            .unwrap();
        assert_eq!(found.rows.len(), admin_finds, "{q}");
    }
}

/// A query that forgets it is refused by the database.
#[tokio::test]
async fn the_database_gives_nobody_the_other_side_s_word() {
    let world = World::new().await;
    let mut wrong = Vec::new();
    for (role, column, may) in [
        ("vw_admin", "customer_reference", false),
        ("vw_distributor", "customer_reference", false),
        ("vw_customer", "customer_reference", true),
        ("vw_admin", "distributor_reference", true),
        ("vw_distributor", "distributor_reference", true),
        ("vw_customer", "distributor_reference", false),
    ] {
        let row = sqlx::query("select has_column_privilege($1, 'device', $2, 'select')")
            .bind(role)
            .bind(column)
            .fetch_one(&world.sql)
            .await
            .unwrap();
        if row.get::<bool, _>(0) != may {
            wrong.push(format!("{role} {column}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// It was in the hands of the customer who had the device, who could go on speaking with it.
#[tokio::test]
async fn a_token_of_the_stock_speaks_for_no_customer_after_the_first() {
    let world = World::new().await;
    let (ground, database, admin) = (&world.ground, &world.database, world.admin());
    let dora = world.dealer("Dora").await;
    let (anna, bert) = (
        world.clinic("Anna", Some(&dora)).await,
        world.clinic("Bert", Some(&dora)).await,
    );
    let device = stocked(&world, "S-1", &dora).await;
    let maker = world.token(device).await;
    tokens::issue(ground, database, dora.scope(), device)
        .await
        .unwrap();
    sqlx::query("update device_credential set revoked_at = null where id = $1")
        .bind(maker)
        .execute(&world.sql)
        .await
        .unwrap();
    let stock: Uuid = sqlx::query_scalar("select id from device_credential where distributor_id is not null")
        .fetch_one(&world.sql)
        .await
        .unwrap();
    moves::place(ground, database, dora.scope(), device, at(&anna))
        .await
        .unwrap();
    let annas = Some(anna.id);
    let (verdict, whose) = world.measure(device, stock.into()).await;
    assert!(matches!(verdict, Verdict::Accepted(_)), "{verdict:?}");
    assert_eq!(whose, annas);

    world.tick();
    moves::place(ground, database, admin, device, at(&bert))
        .await
        .unwrap();
    let (verdict, whose) = world.measure(device, stock.into()).await;
    assert!(!matches!(verdict, Verdict::Accepted(_)), "{verdict:?}");
    assert_eq!(whose, None);
    let (verdict, whose) = world.measure(device, maker).await;
    assert!(
        matches!(verdict, Verdict::Accepted(_)),
        "its maker's goes along: {verdict:?}"
    );
    assert_eq!(whose, Some(bert.id));
}
