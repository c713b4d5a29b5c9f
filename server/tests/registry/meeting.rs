//! Moves that meet: each locks in the same order, and what PostgreSQL breaks off all the same is begun anew.

use std::time::Duration;

use sqlx::{Connection as _, PgConnection};
use vitalwire_server::registry::{moves, organisations};

use crate::world::World;

/// Returns when a statement of the server waits for a lock.
pub(crate) async fn somebody_waits(world: &World) {
    so_many_wait(world, 1).await;
}

/// Returns when so many of them do. A loop, because nothing announces it.
pub(crate) async fn so_many_wait(world: &World, wanted: i64) {
    let ask = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
    let mut waiting = 0;
    for _ in 0..500 {
        waiting = sqlx::query_scalar(ask).fetch_one(&world.sql).await.unwrap();
        if waiting >= wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{waiting} wait, and not {wanted}");
}

/// Somebody who lets others find out that two wait for each other.
pub(crate) async fn patient(world: &World) -> PgConnection {
    let mut somebody = PgConnection::connect_with(&world.sql.connect_options())
        .await
        .unwrap();
    sqlx::query("set deadlock_timeout = '60s'")
        .execute(&mut somebody)
        .await
        .unwrap();
    somebody
}

#[tokio::test]
async fn a_customer_that_moves_waits_for_a_device_before_it_holds_anything_of_it() {
    let world = World::new().await;
    let (dora, ernst) = (world.dealer("Dora").await, world.dealer("Ernst").await);
    let anna = world.clinic("Anna", Some(&dora)).await;
    let device = world.device("S-1").await;
    let to = moves::Placement {
        customer: anna.id,
        state: None,
        from: None,
    };
    moves::place(&world.ground, &world.database, world.admin(), device, to)
        .await
        .unwrap();
    let mut somebody = patient(&world).await;
    let mut returning = somebody.begin().await.unwrap();
    sqlx::query("select 1 from device where id = $1 for no key update")
        .bind(device)
        .execute(&mut *returning)
        .await
        .unwrap();
    let moving = organisations::move_customer(
        &world.database,
        world.admin(),
        &world.ground,
        anna.id,
        Some(ernst.id),
    );
    let meeting = async {
        somebody_waits(&world).await;
        // All that hangs on the device is still free.
        for sql in [
            "select 1 from assignment where device_id = $1 for update nowait",
            "select 1 from device_credential where device_id = $1 for update nowait",
            "select 1 from device_status where device_id = $1 for update nowait",
        ] {
            sqlx::query(sql)
                .bind(device)
                .execute(&mut *returning)
                .await
                .unwrap();
        }
        returning.commit().await.unwrap();
    };
    let (moved, ()) = tokio::join!(moving, meeting);
    moved.unwrap();
    assert_eq!(world.seen(device).await.distributor, Some(ernst.id));
}

#[tokio::test]
async fn a_customer_that_moves_is_not_told_of_a_deadlock() {
    let world = World::new().await;
    let (dora, ernst) = (world.dealer("Dora").await, world.dealer("Ernst").await);
    let anna = world.clinic("Anna", Some(&dora)).await;
    sqlx::query(
        "insert into contact (id, distributor_id, customer_id, purpose, name, phone, created_at)
           values (gen_random_uuid(), $1, $2, 'general', 'Pat', '+1 555 0100', now())",
    )
    .bind(dora.id)
    .bind(anna.id)
    .execute(&world.sql)
    .await
    .unwrap();
    let mut somebody = patient(&world).await;
    let mut other = somebody.begin().await.unwrap();
    sqlx::query("select 1 from contact where customer_id = $1 for update")
        .bind(anna.id)
        .execute(&mut *other)
        .await
        .unwrap();
    let moving = organisations::move_customer(
        &world.database,
        world.admin(),
        &world.ground,
        anna.id,
        Some(ernst.id),
    );
    let meeting = async {
        somebody_waits(&world).await;
        // The move holds the customer and waits for the contact: now each waits for the other.
        sqlx::query("select 1 from customer where id = $1 for update")
            .bind(anna.id)
            .execute(&mut *other)
            .await
            .unwrap();
        other.commit().await.unwrap();
    };
    let (moved, ()) = tokio::join!(moving, meeting);
    moved.unwrap();
    let whose: Option<uuid::Uuid> = sqlx::query_scalar("select distributor_id from customer where id = $1")
        .bind(anna.id)
        .fetch_one(&world.sql)
        .await
        .unwrap();
    assert_eq!(whose, Some(ernst.id.as_uuid()));
}
