//! Placing a device that sends by itself, a customer's first person, and what a viewer is led to.

use uuid::Uuid;
use vitalwire_server::identity::Organisation;

use crate::world::World;

/// A device of the distributor's stock, of a model that sends by itself, with a token of the distributor's or without.
async fn cellular(world: &World, distributor: Uuid, serial: &str) -> Uuid {
    let id: Uuid = sqlx::query_scalar(
        "with model as (
           insert into device_model (id, maker, name, kinds, transport, created_at)
           values (gen_random_uuid(), 'Omron', 'Cell', array['blood_pressure'], 'cellular', now())
           on conflict (maker, name) do update set name = excluded.name returning id
         ), made as (
           insert into device (id, maker, serial, model_id, distributor_id, created_at, updated_at)
           select gen_random_uuid(), 'Omron', $1, id, $2, now(), now() from model returning id
         )
         insert into assignment (id, device_id, distributor_id, valid_from, created_at)
         select id, id, $2, now() - interval '1 minute', now() from made returning id",
    )
    .bind(serial)
    .bind(distributor)
    .fetch_one(&world.sql)
    .await
    .unwrap();
    id
}

#[tokio::test]
async fn who_places_a_device_without_a_token_is_told_who_issues_it() {
    let world = World::new().await;
    let distributor = world.distributor("Meridian").await;
    let clinic = world.customer_of("Northside", Some(distributor)).await;
    let seller = world.signed_in("Meridian").await;
    let customer = clinic.id.to_string();
    let words = "it has no token. The customer&#39;s own people issue it";
    for (serial, by) in [("C-1", "device"), ("C-2", "customer")] {
        let id = cellular(&world, distributor, serial).await;
        let placed = if by == "device" {
            let path = format!("/devices/{id}/place");
            seller.submit(&path, &[("customer", &customer)]).await
        } else {
            let path = format!("/customers/{customer}/place");
            seller.submit(&path, &[("device", &id.to_string())]).await
        };
        assert_eq!(placed.status, 303, "{}", placed.text);
        let page = seller.get(placed.location()).await.text;
        assert!(page.contains(words), "{by}: {page}");
    }
    // A Bluetooth one needs none.
    let id: Uuid = sqlx::query_scalar(
        "with made as (
           insert into device (id, maker, serial, model_id, distributor_id, created_at, updated_at)
           values (gen_random_uuid(), 'Omron', 'B-1', $1, $2, now(), now()) returning id
         )
         insert into assignment (id, device_id, distributor_id, valid_from, created_at)
         select id, id, $2, now() - interval '1 minute', now() from made returning id",
    )
    .bind(Uuid::from_u128(1))
    .bind(distributor)
    .fetch_one(&world.sql)
    .await
    .unwrap();
    let path = format!("/devices/{id}/place");
    let placed = seller.submit(&path, &[("customer", &customer)]).await;
    let page = seller.get(placed.location()).await.text;
    assert!(
        page.contains("is its new holder") && !page.contains("has no token."),
        "{page}"
    );
}

#[tokio::test]
async fn a_customer_s_first_person_is_invited_once() {
    let world = World::new().await;
    let distributor = world.distributor("Meridian").await;
    // The world gives each customer a person, whom nobody of the distributor's made.
    let clinic = world.customer_of("Northside", Some(distributor)).await;
    let seller = world.signed_in("Meridian").await;
    let page = format!("/customers/{}", clinic.id);
    let known = seller.get(&page).await.text;
    assert!(!known.contains("Invite its first person"), "{known}");
    assert!(
        known.contains("it has some, who invite the others") && !known.contains("northside@"),
        "{known}"
    );
    sqlx::query(
        "update user_account set made_by = (select id from user_account where distributor_id = $1 limit 1)
         where customer_id = $2",
    )
    .bind(distributor)
    .bind(clinic.id)
    .execute(&world.sql)
    .await
    .unwrap();
    let known = seller.get(&page).await.text;
    assert!(
        known.contains("First person") && known.contains("They invite the others."),
        "{known}"
    );

    let new = [("name", "Lakeview"), ("time_zone", "UTC")];
    let added = seller.submit("/customers", &new).await;
    let empty = seller.get(added.location()).await.text;
    assert!(
        empty.contains("Invite its first person") && !empty.contains("First person"),
        "{empty}"
    );
    world.user("Root", Organisation::Platform, None).await;
    let root = world.signed_in("Root").await.get(&page).await.text;
    assert!(
        root.contains("Invite a person"),
        "an administrator invites whomever"
    );
}

#[tokio::test]
async fn who_may_not_see_the_stock_is_not_led_there() {
    let world = World::new().await;
    let distributor = world.distributor("Meridian").await;
    let of = Organisation::Distributor(distributor.into());
    world.user("Viewer", of, Some(&[])).await;
    let viewer = world.signed_in("Viewer").await;
    let page = viewer.get("/portfolio").await.text;
    assert!(
        page.contains("Stock movements") && !page.contains("href=\"/stock\""),
        "{page}"
    );
    assert_eq!(viewer.get("/stock").await.status, 403);
    let seller = world.signed_in("Meridian").await;
    assert!(seller.get("/portfolio").await.text.contains("href=\"/stock\""));
}
