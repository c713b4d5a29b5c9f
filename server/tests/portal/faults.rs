//! What is wrong with a form is told at once: how many fields at its head, and each of them at its place.

use uuid::Uuid;
use vitalwire_server::identity::Organisation;

use crate::browser::{Answer, Browser};
use crate::world::World;

type Fields<'a> = &'a [(&'a str, &'a str)];

/// Sends a form in which these are wrong, and nothing else.
async fn refused(browser: &Browser, path: &str, form: Fields<'_>, wrong: &[&str]) -> Answer {
    let page = browser.submit(path, form).await;
    assert_eq!(page.status, 422, "{path}: {}", page.text);
    let head = format!("{} fields want another look:", wrong.len());
    assert!(page.text.contains(&head), "{path}: {head}: {}", page.text);
    let told = page.text.matches("aria-invalid").count();
    let last = path.split('?').next().unwrap().rsplit('/').next().unwrap();
    for name in wrong {
        let at = format!("id=\"f-{last}-{}-error\"", name.replace('_', "-"));
        assert!(
            page.text.contains(&at),
            "{path}: nothing at {name}: {}",
            page.text
        );
    }
    let errors = page.text.matches("class=\"vw-form-error\"").count();
    assert_eq!(errors, wrong.len(), "{path} ({told}): {}", page.text);
    page
}

#[tokio::test]
async fn every_field_that_is_wrong_is_told_at_once() {
    let world = World::new().await;
    let distributor = world.distributor("Meridian").await;
    world.customer_of("Northside", Some(distributor)).await;
    world.user("Root", Organisation::Platform, None).await;
    let root = world.signed_in("Root").await;
    let bad = [
        ("name", "Zebra <b>"),
        ("country", "Germany"),
        ("time_zone", "Mars"),
    ];
    let page = refused(&root, "/distributors", &bad, &["name", "country", "time_zone"]).await;
    assert!(
        page.text.contains("value=\"Zebra &#60;b&#62;\""),
        "what was typed stays"
    );
    let bad = [("name", ""), ("time_zone", "UTC"), ("distributor", "nobody so")];
    refused(&root, "/customers", &bad, &["name", "distributor"]).await;
    let own = format!("/distributors/{distributor}");
    let bad = [
        ("name", "\u{202e}M"),
        ("time_zone", "UTC"),
        ("city", "<"),
        ("country", ""),
    ];
    let page = root.submit(&own, &bad).await;
    assert!(page.text.contains("2 fields want another look:"), "{}", page.text);
    refused(
        &root,
        "/models/new",
        &[],
        &["maker", "name", "kinds", "transport"],
    )
    .await;
    let bad = [
        ("serial", ""),
        ("imei", "1"),
        ("mac", "x"),
        ("customer", "nobody so"),
    ];
    refused(
        &root,
        "/devices/new",
        &bad,
        &["model", "serial", "imei", "mac", "customer"],
    )
    .await;
    let bad = [("serial", ""), ("name", "<b>"), ("distributor", "nobody so")];
    refused(&root, "/hubs/new", &bad, &["serial", "name", "distributor"]).await;
    refused(&root, "/users/invite", &[], &["name", "email", "bundle"]).await;
}

#[tokio::test]
async fn so_are_those_of_an_order_a_return_a_case_and_a_contact() {
    let world = World::new().await;
    let distributor = world.distributor("Meridian").await;
    world.customer_of("Northside", Some(distributor)).await;
    world.user("Root", Organisation::Platform, None).await;
    let (root, seller) = (world.signed_in("Root").await, world.signed_in("Meridian").await);
    let nurse = world.signed_in("Northside").await;
    let token = Uuid::from_u128(1).to_string();
    let bad = [
        ("token", token.as_str()),
        ("deliver_to", ""),
        ("street", "1 Main"),
        ("country", "ZZ"),
        ("phone", "call"),
    ];
    let page = seller.submit("/orders/new", &bad).await;
    assert_eq!(page.status, 422);
    for words in [
        "Say how many of which you want.",
        "f-new-deliver-to-error",
        "f-new-city-error",
        "f-new-phone-error",
    ] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    assert!(!page.text.contains("f-new-street-error"));
    let long = "x".repeat(2_001);
    let bad = [
        ("token", token.as_str()),
        ("serials", ""),
        ("note", long.as_str()),
    ];
    refused(&seller, "/returns/new", &bad, &["serials", "reason", "note"]).await;
    let long = "x".repeat(4_001);
    refused(
        &nurse,
        "/cases/new",
        &[("title", ""), ("text", &long)],
        &["title", "text"],
    )
    .await;
    refused(&nurse, "/devices/adopt", &[], &["maker", "serial", "code"]).await;
    refused(
        &nurse,
        "/sites/new",
        &[("time_zone", "Mars")],
        &["name", "time_zone"],
    )
    .await;
    // A form that opens below its button.
    let contacts = format!("/distributors/{distributor}/contacts");
    let bad = [("name", ""), ("purpose", "general"), ("phone", "call me")];
    let page = root.submit(&contacts, &bad).await;
    assert_eq!(page.status, 422);
    for at in ["f-contacts-name-error", "f-contacts-phone-error"] {
        assert!(page.text.contains(at), "{at}: {}", page.text);
    }
}

#[tokio::test]
async fn a_model_that_devices_are_of_asks_for_nothing_that_stays() {
    let world = World::new().await;
    world.customer("Northside").await;
    world.user("Root", Organisation::Platform, None).await;
    let root = world.signed_in("Root").await;
    let path = format!("/models/{}", Uuid::from_u128(1));
    let page = root.get(&path).await.text;
    assert!(
        page.contains("Devices of this model are registered, so its name"),
        "{page}"
    );
    assert!(
        page.contains("HEM-7142T1") && page.contains("name=\"reports\""),
        "{page}"
    );
    for asked in ["name=\"name\"", "name=\"kinds\"", "name=\"transport\""] {
        assert!(!page.contains(asked), "{asked}");
    }
    // What is not asked is not taken either; what may change, changes.
    let sent = [("name", "Other"), ("kinds", "weight"), ("reports", "pulse")];
    let saved = root.submit(&path, &sent).await;
    assert_eq!(saved.status, 303, "{}", saved.text);
    let kept: (String, Vec<String>, Vec<String>) =
        sqlx::query_as("select name, kinds, reports from device_model where id = $1")
            .bind(Uuid::from_u128(1))
            .fetch_one(&world.sql)
            .await
            .unwrap();
    assert_eq!(kept.0, "HEM-7142T1");
    assert_eq!(
        (kept.1, kept.2),
        (vec!["blood_pressure".to_owned()], vec!["pulse".to_owned()])
    );
    let odd = root.submit(&path, &[("reports", "body_fat")]).await;
    assert_eq!(odd.status, 422);
    assert!(odd.text.contains("Body fat comes beside weight alone."));

    let free = [
        ("maker", "Omron"),
        ("name", "New"),
        ("kinds", "weight"),
        ("transport", "mqtt"),
    ];
    assert_eq!(root.submit("/models/new", &free).await.status, 303);
    let id: Uuid = sqlx::query_scalar("select id from device_model where name = 'New'")
        .fetch_one(&world.sql)
        .await
        .unwrap();
    let page = root.get(&format!("/models/{id}")).await.text;
    assert!(page.contains("No device is of this model yet") && page.contains("name=\"transport\""));
}

#[tokio::test]
async fn a_country_is_chosen_by_its_name() {
    let world = World::new().await;
    world.user("Root", Organisation::Platform, None).await;
    let root = world.signed_in("Root").await;
    let form = root.get("/distributors/new").await.text;
    assert!(form.contains("<option value=\"DE\">Germany</option>"), "{form}");
    let new = [
        ("name", "Elbe"),
        ("time_zone", "UTC"),
        ("city", "Hamburg"),
        ("country", "DE"),
    ];
    let added = root.submit("/distributors", &new).await;
    assert_eq!(added.status, 303);
    let page = root.get(added.location()).await.text;
    assert!(page.contains("Germany"), "{page}");
    let edit = format!("{}/edit", added.location().split('?').next().unwrap());
    assert!(
        root.get(&edit)
            .await
            .text
            .contains("<option value=\"DE\" selected>Germany</option>")
    );
}
