//! The administrators' pages: everything, and never a value.

use chrono::TimeDelta;
use vitalwire_server::identity::Organisation;

use crate::browser::Browser;
use crate::world::World;

const PAGES: [&str; 10] = [
    "/admin",
    "/devices",
    "/devices?q=northside&kind=blood_pressure&state=active",
    "/hubs",
    "/distributors",
    "/customers",
    "/customers?q=north",
    "/admin/quarantine",
    "/admin/quarantine?q=x1&reason=implausible",
    "/admin/refusals",
];

#[tokio::test]
async fn no_page_of_an_administrator_holds_a_value() {
    let world = World::new().await;
    let customer = world.customer("Northside").await;
    let reading = world
        .commit(&customer, &[(TimeDelta::seconds(5), 17_311, 10_733)])
        .await[0];
    world.route().await;
    sqlx::query(
        "insert into quarantine (id, received_at, customer_id, serial, reason, detail, item_sealed, item_hmac,
           raw_id)
         values ($1, now(), $2, 'X1', 'implausible', 'systolic', decode(repeat('17', 247), 'hex'), sha256('a'), $1)",
    )
    .bind(reading)
    .bind(customer.id)
    .execute(&world.sql)
    .await
    .unwrap();
    sqlx::query(
        "insert into refusal (id, minute, device_id, customer_id, reason, detail, count, last_at)
         values ($1, now(), $2, $3, 'unknown-unit', 'weight', 3, now())",
    )
    .bind(reading)
    .bind(customer.device)
    .bind(customer.id)
    .execute(&world.sql)
    .await
    .unwrap();
    world.user("Root", Organisation::Platform, None).await;
    let browser = world.signed_in("Root").await;
    assert_eq!(browser.get("/").await.location(), "/admin");
    for path in PAGES {
        let page = browser.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        for value in ["17311", "17,311", "10733", "10,733"] {
            assert!(!page.text.contains(value), "{path} holds {value}");
        }
    }
    assert!(
        browser
            .get("/admin")
            .await
            .text
            .contains("1 item waits in quarantine")
    );
    the_shelf_says_why(&browser).await;
    assert!(browser.get("/devices").await.text.contains("NORTHSIDE-1"));
    refusals_are_found(&world, &browser).await;
    for path in [
        format!("/devices/{}/series.json", customer.device),
        format!("/devices/{}/live", customer.device),
        format!("/readings/{reading}/trace"),
        "/endpoint".to_owned(),
    ] {
        assert_eq!(browser.get(&path).await.status, 403, "{path}");
    }
}

/// What was refused is found by the serial, and by what a stranger called itself and where it came from.
async fn refusals_are_found(world: &World, browser: &Browser) {
    assert!(
        browser
            .get("/admin/refusals?q=northside-1")
            .await
            .text
            .contains("unknown unit: weight")
    );
    assert!(
        browser
            .get("/admin/refusals?q=elsewhere")
            .await
            .text
            .contains("Nothing was refused")
    );
    sqlx::query(
        "insert into refusal (id, minute, claimed, remote, reason, count, last_at)
         values (gen_random_uuid(), now(), 'Elsewhere', '203.0.113.9', 'unknown-token', 2, now())",
    )
    .execute(&world.sql)
    .await
    .unwrap();
    for stranger in ["elsewhere", "203.0.113.9"] {
        let found = browser.get(&format!("/admin/refusals?q={stranger}")).await.text;
        assert!(
            found.contains("says it is Elsewhere") && !found.contains("unknown unit"),
            "{found}"
        );
    }
}

/// The one item in quarantine: found by its serial, by its reason, and not by others.
async fn the_shelf_says_why(browser: &Browser) {
    let shelf = browser.get("/admin/quarantine?q=x1").await.text;
    for shown in [
        "X1",
        "Physically impossible",
        "systolic",
        "Northside",
        "214 B",
        "1 item waits",
    ] {
        assert!(shelf.contains(shown), "{shown}: {shelf}");
    }
    for nothing in ["?q=elsewhere", "?reason=unpaired"] {
        let page = browser.get(&format!("/admin/quarantine{nothing}")).await;
        assert!(page.text.contains("Nothing waits here"), "{nothing}");
    }
}

#[tokio::test]
async fn a_long_list_goes_on_where_it_ended() {
    let world = World::new().await;
    for number in 0..60 {
        let name = format!("Clinic {number:02}");
        sqlx::query("insert into customer (id, name, created_at) values (gen_random_uuid(), $1, now())")
            .bind(name)
            .execute(&world.sql)
            .await
            .unwrap();
    }
    world.user("Root", Organisation::Platform, None).await;
    let browser = world.signed_in("Root").await;
    let first = browser.get("/customers?q=clinic").await.text;
    assert!(first.contains("Clinic 49") && !first.contains("Clinic 50"));
    let next = first
        .split("<a class=\"btn btn-sm\" href=\"")
        .find(|link| link.contains("rel=\"next\""))
        .unwrap();
    let next = next
        .split('"')
        .next()
        .unwrap()
        .replace("&#38;", "&")
        .replace("&amp;", "&");
    let second = browser.get(&next).await.text;
    assert!(second.contains("Clinic 50") && second.contains("Clinic 59") && !second.contains("Clinic 49"));
    assert_eq!(browser.get("/customers?after=nonsense").await.status, 400);
}
