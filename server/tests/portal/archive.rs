//! A customer's archived days on a page, and their files.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use uuid::Uuid;
use vitalwire_server::ground::ids::CustomerId;
use vitalwire_server::identity::Organisation;
use vitalwire_server::tenancy::Permission;

use crate::browser::Browser;
use crate::world::{Customer, World};

const PAGE: &str = "/organization/archive";

/// Puts the readings of so many days ago into the archive.
async fn keep(world: &World, of: &Customer, days: i64, readings: &[(TimeDelta, i64, i64)]) -> String {
    let ids = world.commit(of, readings).await;
    let arrived: DateTime<Utc> = world.state.ground().now() - TimeDelta::days(days);
    sqlx::query("update reading set received_at = $1 where id = any ($2)")
        .bind(arrived)
        .bind(ids)
        .execute(&world.sql)
        .await
        .unwrap();
    let day = arrived.date_naive();
    world.state.archive().keep(day).await.unwrap();
    day.to_string()
}

async fn choose(world: &World, of: &Customer) {
    sqlx::query("update customer set archive = true where id = $1")
        .bind(of.id)
        .execute(&world.sql)
        .await
        .unwrap();
}

fn file(day: &str, name: &str) -> String {
    format!("{PAGE}/{day}/{name}")
}

#[tokio::test]
async fn archived_days_are_listed_and_taken() {
    let world = World::new().await;
    let clinic = world.customer("Northside").await;
    let nurse = world.signed_in("Northside").await;
    let page = nurse.get(PAGE).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(
        page.shows("Readings are deleted after seven days."),
        "{}",
        page.text
    );
    choose(&world, &clinic).await;
    assert!(nurse.get(PAGE).await.shows("A day comes here seven days after"));
    let minute = TimeDelta::minutes;
    let older = keep(&world, &clinic, 1, &[(minute(1), 151, 93)]).await;
    let newer = keep(&world, &clinic, 0, &[(minute(2), 131, 82), (minute(3), 132, 83)]).await;
    let page = nurse.get(PAGE).await;
    assert_eq!(
        page.text.matches("aria-label=\"Readings of ").count(),
        2,
        "{}",
        page.text
    );
    let place = |day: &str| page.text.find(&format!("href=\"{}\"", file(day, "observations")));
    assert!(
        place(&newer).unwrap() < place(&older).unwrap(),
        "the newest first"
    );
    let taken = nurse.get(&file(&newer, "observations")).await;
    assert_eq!(taken.status, 200, "{}", taken.text);
    assert_eq!(taken.header("content-type"), "application/x-ndjson");
    assert_eq!(taken.header("cache-control"), "no-store");
    assert_eq!(
        taken.header("content-disposition"),
        format!("attachment; filename=\"observations-{newer}.ndjson\"")
    );
    let lines: Vec<Value> = taken
        .text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2);
    assert!(lines.iter().all(|line| line["resourceType"] == "Observation"));
    let messages = nurse.get(&file(&newer, "raw-messages")).await;
    assert_eq!(
        (messages.status, messages.text.as_str()),
        (200, ""),
        "none was kept"
    );
    let own = nurse.get("/organization").await;
    assert!(own.text.contains(&format!("href=\"{PAGE}\"")), "{}", own.text);
}

#[tokio::test]
async fn an_archive_is_its_customer_s_alone() {
    let world = World::new().await;
    let meridian = world.distributor("Meridian").await;
    let clinic = world.customer_of("Northside", Some(meridian)).await;
    let other = world.customer("Southside").await;
    for of in [&clinic, &other] {
        choose(&world, of).await;
    }
    let day = keep(&world, &clinic, 1, &[(TimeDelta::minutes(1), 173, 107)]).await;
    let of = Organisation::Customer(CustomerId::from(clinic.id));
    world.user("Wanda", of, Some(&[Permission::ManageDevices])).await;
    let files = [file(&day, "observations"), file(&day, "raw-messages")];
    for name in ["Wanda", "Meridian"] {
        let stranger = world.signed_in(name).await;
        assert_eq!(stranger.get(PAGE).await.status, 403, "{name}");
        for path in &files {
            assert_eq!(stranger.get(path).await.status, 403, "{name}: {path}");
        }
        if name == "Wanda" {
            let own = stranger.get("/organization").await;
            assert!(!own.text.contains(&format!("href=\"{PAGE}\"")), "{}", own.text);
        }
    }
    let neighbour = world.signed_in("Southside").await;
    let page = neighbour.get(PAGE).await;
    assert!(page.shows("No archived days yet"), "{}", page.text);
    for path in &files {
        assert_eq!(neighbour.get(path).await.status, 404, "{path}");
    }
    let nurse = world.signed_in("Northside").await;
    for (path, status) in [
        (file("2020-01-01", "observations"), 404),
        (file("9999-12-31", "observations"), 404),
        (file("-262143-01-01", "observations"), 404),
        (file("yesterday", "observations"), 404),
        (file(&day, "as-stored"), 404),
        (format!("{PAGE}?after=nonsense"), 400),
        (format!("{PAGE}?after=Ii0yNjIxNDMtMDEtMDEi"), 400),
    ] {
        assert_eq!(nurse.get(&path).await.status, status, "{path}");
    }
}

/// What was put there and is not there any more is said so, and not handed over as if there had been nothing.
#[tokio::test]
async fn a_damaged_day_is_not_handed_over() {
    let world = World::new().await;
    let clinic = world.customer("Northside").await;
    choose(&world, &clinic).await;
    let day = keep(&world, &clinic, 1, &[(TimeDelta::minutes(1), 131, 82)]).await;
    let nurse: Browser = world.signed_in("Northside").await;
    sqlx::query("update archive_day set manifest_hash = sha256('another')")
        .execute(&world.sql)
        .await
        .unwrap();
    let taken = nurse.get(&file(&day, "observations")).await;
    assert_eq!(taken.status, 500);
    assert!(
        taken.shows("The archive does not hold what was put there."),
        "{}",
        taken.text
    );
    assert!(!taken.shows(&Uuid::from(CustomerId::from(clinic.id)).to_string()));
}
