//! A serial that a customer took with a reading before its maker's file came.

use vitalwire_server::ground::ids::DeviceId;
use vitalwire_server::registry::imports::Into;
use vitalwire_server::registry::moves;

use super::{apply, receive, run, told, wrong};
use crate::world::World;

#[tokio::test]
async fn a_file_says_what_to_do_about_a_serial_that_a_customer_took_and_takes_it_over() {
    let world = World::new().await;
    let (ground, database, admin) = (&world.ground, &world.database, world.admin());
    let dora = world.dealer("Dora").await;
    let anna = world.clinic("Anna", Some(&dora)).await;
    let other: uuid::Uuid = ground.id();
    sqlx::query(
        "insert into device_model (id, maker, name, kinds, transport, created_at)
         values ($1, 'Acme', 'Cuff', '{blood_pressure}', 'bluetooth', now())",
    )
    .bind(other)
    .execute(&world.sql)
    .await
    .unwrap();
    // As adoption by a reading leaves it.
    let device: DeviceId = ground.id();
    sqlx::query(
        "with made as (
           insert into device (id, maker, serial, model_id, distributor_id, customer_id, state, created_at, updated_at)
           values ($1, 'Acme', 'T-1', $2, $3, $4, 'active', now(), now()) returning id)
         insert into assignment (id, device_id, distributor_id, customer_id, valid_from, assigned_by, created_at, reason)
         select gen_random_uuid(), id, $3, $4, now() - interval '1 hour', $5, now(), 'added' from made",
    )
    .bind(device)
    .bind(other)
    .bind(dora.id)
    .bind(anna.id)
    .bind(anna.user.person.id)
    .execute(&world.sql)
    .await
    .unwrap();

    let file = "maker,serial,model\nAcme,T-1,Scale\n";
    let id = receive(&world, admin, file, Into::Inventory).await.unwrap();
    assert_eq!(
        wrong(&world, admin, id).await,
        [
            told(
                2,
                "serial",
                "a customer added it by a reading before this file came: look at its page whose it is; if it is not theirs, \
                 take it back there (return it, put it into stock, recall it), then look at the file again"
            ),
            told(2, "model", "the device is registered with another model"),
        ]
    );

    moves::give_back(ground, database, admin, device).await.unwrap();
    moves::restock(ground, database, admin, device).await.unwrap();
    moves::recall(ground, database, admin, device).await.unwrap();
    let id = receive(&world, admin, file, Into::Inventory).await.unwrap();
    assert_eq!(wrong(&world, admin, id).await, []);
    apply(&world, admin, id).await.unwrap();
    run(&world).await;
    let seen = world.seen(device).await;
    assert_eq!(
        (seen.model.as_str(), seen.customer, seen.distributor),
        ("Scale", None, None)
    );
}

#[tokio::test]
async fn the_model_of_a_device_that_the_platform_added_is_changed_by_no_file() {
    let world = World::new().await;
    world.device("S-1").await;
    sqlx::query(
        "insert into device_model (id, maker, name, kinds, transport, created_at)
         values (gen_random_uuid(), 'Acme', 'Cuff', '{blood_pressure}', 'bluetooth', now())",
    )
    .execute(&world.sql)
    .await
    .unwrap();
    let file = "maker,serial,model\nAcme,S-1,Cuff\n";
    let id = receive(&world, world.admin(), file, Into::Inventory)
        .await
        .unwrap();
    assert_eq!(
        wrong(&world, world.admin(), id).await,
        [told(2, "model", "the device is registered with another model")]
    );
}
