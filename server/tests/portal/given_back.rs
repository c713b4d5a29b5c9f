//! A device that a customer gave back: what it measured until then stays the customer's, and nothing of later is.

use chrono::TimeDelta;
use uuid::Uuid;
use vitalwire_server::ground::ids::CustomerId;
use vitalwire_server::identity::Organisation;
use vitalwire_server::tenancy::Permission;

use crate::world::{Customer, World};

#[tokio::test]
async fn readings_stay_with_who_gave_the_device_back() {
    let world = World::new().await;
    let meridian = world.distributor("Meridian").await;
    let clinic = world.customer_of("Northside", Some(meridian)).await;
    let next = world.customer_of("Lakeview", Some(meridian)).await;
    let technician = Organisation::Customer(CustomerId::from(clinic.id));
    world
        .user("Technician", technician, Some(&[Permission::ManageDevices]))
        .await;
    held(&world, &clinic, meridian).await;
    world.commit(&clinic, &[(TimeDelta::minutes(30), 121, 71)]).await;
    world.clock.advance(TimeDelta::minutes(1));

    let nurse = world.signed_in("Northside").await;
    let path = format!("/devices/{}", clinic.device);
    let returned = nurse.submit(&format!("{path}/return"), &[]).await;
    assert_eq!(returned.status, 303, "{}", returned.text);
    let desk = world.signed_in("Meridian").await;
    for way in ["restock", "place"] {
        let customer = next.id.to_string();
        let form: &[(&str, &str)] = if way == "place" {
            &[("customer", &customer)]
        } else {
            &[]
        };
        let moved = desk.submit(&format!("{path}/{way}"), form).await;
        assert_eq!(moved.status, 303, "{way}: {}", moved.text);
    }
    world.clock.advance(TimeDelta::minutes(1));
    let later = Customer {
        device: clinic.device,
        ..next.clone()
    };
    world.commit(&later, &[(TimeDelta::seconds(5), 188, 98)]).await;

    let page = nurse.get(&path).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.shows("121") && !page.shows("188"), "{}", page.text);
    assert!(page.text.contains("It stopped being yours on"), "{}", page.text);
    assert_eq!(page.series()["points"].as_array().unwrap().len(), 1);
    assert!(!page.text.contains("data-live=\""), "nothing comes any more");
    assert!(
        !page.text.contains(&format!("{path}/about")),
        "its about is not theirs"
    );
    let file = nurse.get(&format!("{path}/readings.csv")).await;
    assert!(file.shows("121") && !file.shows("188"), "{}", file.text);
    let stranger = world.signed_in("Lakeview").await;
    let others = stranger.get(&path).await;
    assert!(others.shows("188") && !others.shows("121"), "{}", others.text);
    assert_eq!(nurse.get(&format!("{path}/about")).await.status, 404);

    // It is found again among what was returned, and by its serial, by who may read it.
    let listed = [
        "/devices?state=returned".to_owned(),
        "/devices?state=returned&kind=blood_pressure&q=side-1".to_owned(),
        format!("/search?q={}", clinic.serial.to_lowercase()),
    ];
    for at in &listed {
        let found = nurse.get(at).await;
        assert!(
            found.text.contains(&format!("href=\"{path}\"")),
            "{at}: {}",
            found.text
        );
    }
    let elsewhere = [
        "/devices",
        "/devices?state=returned&kind=weight",
        "/devices?state=returned&q=side-2",
        "/devices?state=returned&attention=silent",
    ];
    for at in elsewhere {
        assert!(!nurse.get(at).await.text.contains(&path), "{at}");
    }
    let technician = world.signed_in("Technician").await;
    assert_eq!(technician.get(&path).await.status, 404);
    for at in &listed {
        assert!(!technician.get(at).await.text.contains(&path), "{at}");
    }
    assert!(!stranger.get(&listed[0]).await.text.contains(&path));

    is_gone_after_eight_days(&world, &listed, &path).await;
}

/// It is listed as long as its readings are kept.
async fn is_gone_after_eight_days(world: &World, listed: &[String], path: &str) {
    world.clock.advance(TimeDelta::days(8));
    let nurse = world.signed_in("Northside").await;
    for at in listed {
        assert!(!nurse.get(at).await.text.contains(path), "{at}");
    }
}

#[tokio::test]
async fn a_device_that_came_again_is_no_returned_one() {
    let world = World::new().await;
    let meridian = world.distributor("Meridian").await;
    let clinic = world.customer_of("Northside", Some(meridian)).await;
    held(&world, &clinic, meridian).await;
    let nurse = world.signed_in("Northside").await;
    let desk = world.signed_in("Meridian").await;
    let path = format!("/devices/{}", clinic.device);
    let customer = clinic.id.to_string();
    for (browser, way) in [(&nurse, "return"), (&desk, "restock"), (&desk, "place")] {
        world.clock.advance(TimeDelta::minutes(1));
        let form: &[(&str, &str)] = if way == "place" {
            &[("customer", &customer)]
        } else {
            &[]
        };
        let moved = browser.submit(&format!("{path}/{way}"), form).await;
        assert_eq!(moved.status, 303, "{way}: {}", moved.text);
    }
    let page = nurse.get(&path).await;
    assert!(page.status == 200 && !page.text.contains("It stopped being yours on"));
    assert!(!nurse.get("/devices?state=returned").await.text.contains(&path));
    let found = nurse.get(&format!("/search?q={}", clinic.serial)).await.text;
    assert_eq!(found.matches(&format!("href=\"{path}\"")).count(), 1, "{found}");
}

/// Each is on one page alone, by serial.
#[tokio::test]
async fn a_fleet_that_was_given_back_is_listed_in_pages() {
    let world = World::new().await;
    let clinic = world.customer("Northside").await;
    sqlx::query(
        "with fleet as (
           insert into device (id, maker, serial, model_id, state, created_at, updated_at)
           select gen_random_uuid(), d.maker, 'FLEET-' || lpad(n::text, 3, '0'), d.model_id, 'returned', now(), now()
           from generate_series(1, 120) n cross join device d where d.id = $1 returning id)
         insert into assignment (id, device_id, customer_id, valid_from, valid_until, created_at)
         select gen_random_uuid(), id, $2, now() - interval '2 days', now() - interval '1 day', now() from fleet",
    )
    .bind(clinic.device)
    .bind(clinic.id)
    .execute(&world.sql)
    .await
    .unwrap();
    let nurse = world.signed_in("Northside").await;
    let mut listed = Vec::new();
    let mut at = Some("/devices?state=returned&kind=blood_pressure&q=fleet".to_owned());
    for _ in 0..5 {
        let Some(page) = at else { break };
        let page = nurse.get(&page).await;
        let serials = page.text.match_indices("FLEET-");
        let mut serials: Vec<String> = serials.map(|(at, _)| page.text[at..at + 9].to_owned()).collect();
        // One row may say it more than once.
        serials.dedup();
        listed.extend(serials);
        let before = page.text.split_once("rel=\"next\"").map(|(before, _)| before);
        let href = before.and_then(|before| before.rsplit("href=\"").next()?.split('"').next());
        at = href.map(|href| href.replace("&amp;", "&").replace("&#38;", "&"));
    }
    let all: Vec<String> = (1..=120).map(|n| format!("FLEET-{n:03}")).collect();
    assert_eq!(listed, all);
}

/// The customer has had its device for a day.
async fn held(world: &World, at: &Customer, through: Uuid) {
    sqlx::query(
        "insert into assignment (id, device_id, customer_id, distributor_id, valid_from, created_at)
         values ($1, $2, $3, $4, now() - interval '1 day', now() - interval '1 day')",
    )
    .bind(world.state.ground().id::<Uuid>())
    .bind(at.device)
    .bind(at.id)
    .bind(through)
    .execute(&world.sql)
    .await
    .unwrap();
}
