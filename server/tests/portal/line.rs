//! A device that took another's place: one line of readings.

use chrono::TimeDelta;
use serde_json::Value;
use uuid::Uuid;

use crate::world::{Customer, World};

#[tokio::test]
async fn the_readings_of_a_line_are_one_page() {
    let world = World::new().await;
    let clinic = world.customer("Northside").await;
    let old = Customer { ..clinic.clone() };
    let new = Customer {
        device: another(&world, &clinic, "NEXT-0002").await,
        ..clinic.clone()
    };
    let stranger = Customer {
        device: another(&world, &clinic, "OTHER-0003").await,
        ..clinic.clone()
    };
    held(&world, &old).await;
    held(&world, &new).await;
    let nurse = world.signed_in("Northside").await;
    world.commit(&old, &[(TimeDelta::minutes(90), 121, 71)]).await;
    // What the next one measured before it took the place is of another line.
    world.commit(&new, &[(TimeDelta::minutes(80), 199, 99)]).await;
    world
        .commit(&stranger, &[(TimeDelta::minutes(70), 188, 88)])
        .await;
    world.clock.advance(TimeDelta::minutes(1));

    let path = format!("/devices/{}/replace", old.device);
    let form = [("serial", "NEXT-0002"), ("reason", "the cuff leaks")];
    let replaced = nurse.submit(&path, &form).await;
    assert_eq!(replaced.status, 303, "{}", replaced.text);
    world.clock.advance(TimeDelta::minutes(10));
    world.commit(&new, &[(TimeDelta::minutes(5), 133, 83)]).await;

    for device in [old.device, new.device] {
        let page = nurse.get(&format!("/devices/{device}")).await;
        assert_eq!(page.status, 200);
        assert!(page.shows("121") && page.shows("133"), "{device}");
        assert!(!page.shows("199") && !page.shows("188"), "{device}");
        assert!(
            page.text
                .contains("took the place of NORTHSIDE-1 (the cuff leaks)")
        );
        assert!(
            page.text
                .contains("from here on NEXT-0002, before it NORTHSIDE-1")
        );
        let series = page.series();
        let drawn = [0, 1].map(|place| &series["points"][place]["v"]["systolic"]);
        assert_eq!(
            (drawn, &series["points"][2]),
            ([&121.0.into(), &133.0.into()], &Value::Null)
        );
    }
    let other = nurse.get(&format!("/devices/{}", stranger.device)).await;
    assert!(other.shows("188") && !other.shows("121") && !other.text.contains("took the place of"));
}

/// Another device of the clinic, inactive.
async fn another(world: &World, clinic: &Customer, serial: &str) -> Uuid {
    let id: Uuid = world.state.ground().id();
    sqlx::query(
        "insert into device (id, maker, serial, model_id, customer_id, state, created_at, updated_at)
         values ($1, 'Omron', $2, $3, $4, 'inactive', now(), now())",
    )
    .bind(id)
    .bind(serial)
    .bind(Uuid::from_u128(1))
    .bind(clinic.id)
    .execute(&world.sql)
    .await
    .unwrap();
    id
}

/// The clinic has had it for a week.
async fn held(world: &World, at: &Customer) {
    sqlx::query(
        "insert into assignment (id, device_id, customer_id, valid_from, created_at)
         values ($1, $2, $3, now() - interval '7 days', now() - interval '7 days')",
    )
    .bind(world.state.ground().id::<Uuid>())
    .bind(at.device)
    .bind(at.id)
    .execute(&world.sql)
    .await
    .unwrap();
}
