//! The administrators' pages: everything, and never a value.

use chrono::TimeDelta;
use uuid::Uuid;
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
    "/admin/quarantine?q=waits-0001&reason=implausible",
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
         values ($1, now(), $2, 'WAITS-0001', 'implausible', 'systolic', decode(repeat('17', 247), 'hex'), sha256('a'), $1)",
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
        assert!(page.text.contains("action=\"/search\""), "{path} has no search");
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
        format!("/devices/{}/readings.csv", customer.device),
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
    let shelf = browser.get("/admin/quarantine?q=waits-0001").await.text;
    for shown in [
        "WAITS-0001",
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

/// What is dismissed is kept, with who, when and why; what waits no more is not dismissed twice.
#[tokio::test]
async fn what_waits_in_quarantine_is_dismissed_with_a_reason() {
    let world = World::new().await;
    let customer = world.customer("Northside").await;
    world.user("Root", Organisation::Platform, None).await;
    let ids: Vec<Uuid> = (0..2).map(|_| world.state.ground().id()).collect();
    for (id, serial) in ids.iter().zip(["WAITS-0001", "WAITS-0002"]) {
        sqlx::query(
            "insert into quarantine (id, received_at, customer_id, serial, reason, item_sealed, item_hmac, raw_id)
             values ($1, now(), $2, $3, 'implausible', '\\x17', sha256($1::text::bytea), $1)",
        )
        .bind(id)
        .bind(customer.id)
        .bind(serial)
        .execute(&world.sql)
        .await
        .unwrap();
    }
    let root = world.signed_in("Root").await;
    let path = "/admin/quarantine/dismiss";
    let (first, unknown) = (ids[0].to_string(), Uuid::from_u128(9).to_string());
    let shelf = root.get("/admin/quarantine").await.text;
    assert!(shelf.contains(&first) && shelf.contains("Dismiss the chosen"));
    let without = root.submit(path, &[("item", &first), ("reason", " ")]).await;
    assert_eq!(without.status, 422);
    assert!(
        without.text.contains("Say why it is dismissed."),
        "{}",
        without.text
    );
    let nothing = root.submit(path, &[("reason", "a test")]).await;
    assert_eq!(nothing.status, 422);
    let foreign = root
        .submit(
            path,
            &[("item", &first), ("item", &unknown), ("reason", "a test")],
        )
        .await;
    assert_eq!(foreign.status, 404);
    let nurse = world.signed_in("Northside").await;
    assert_eq!(
        nurse
            .submit(path, &[("item", &first), ("reason", "a test")])
            .await
            .status,
        403
    );

    let form = [("item", first.as_str()), ("reason", "a hub <on> the bench")];
    let done = root.submit(path, &form).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let shelf = root.get(done.location()).await.text;
    assert!(
        shelf.contains("They are dismissed.")
            && shelf.contains("WAITS-0002")
            && !shelf.contains("WAITS-0001")
    );
    let gone = root.get("/admin/quarantine?standing=dismissed").await.text;
    assert!(
        gone.contains("WAITS-0001")
            && gone.contains("Dismissed by Root User")
            && gone.contains("a hub &#60;on&#62; the bench")
            && !gone.contains("WAITS-0002")
            && !gone.contains("Dismiss the chosen"),
        "{gone}"
    );
    assert_eq!(root.submit(path, &form).await.status, 409);
    let kept: i64 = sqlx::query_scalar("select count(*) from quarantine where item_sealed = '\\x17'")
        .fetch_one(&world.sql)
        .await
        .unwrap();
    assert_eq!(kept, 2);
}
