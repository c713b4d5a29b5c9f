//! What a device measured as a file to keep.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;
use vitalwire_server::ground::ids::CustomerId;
use vitalwire_server::identity::Organisation;
use vitalwire_server::tenancy::Permission;

use crate::browser::Browser;
use crate::world::{Customer, World};

/// Readings of this many seconds ago and more, a second between them, as far as a file is concerned with them.
const MANY: &str = "insert into reading (id, received_at, customer_id, device_id, hub_id, credential_id, kind, measured_at,
      measured_on, content_hash, vals, quality, proof, raw_id)
    select gen_random_uuid(), $1, $2, $3, $4, $3, 'blood_pressure', $1 - make_interval(secs => n), '1970-01-01',
      sha256(($3::text || n)::bytea), '{\"systolic\": 120, \"diastolic\": 80}', 0, 'hub_signed', $3
    from generate_series($5::integer, $6::integer) n";

async fn many(world: &World, of: &Customer, from: i32, to: i32) {
    sqlx::query(MANY)
        .bind(world.state.ground().now())
        .bind(of.id)
        .bind(of.device)
        .bind(of.hub)
        .bind(from)
        .bind(to)
        .execute(&world.sql)
        .await
        .unwrap();
}

/// The lines of a file as their cells by column, where no cell is quoted but by a formula's guard.
fn cells(text: &str) -> Vec<impl Fn(&str) -> String> {
    let mut lines = text.strip_prefix('\u{feff}').unwrap().lines();
    let head: Vec<&str> = lines.next().unwrap().split(',').collect();
    lines
        .map(move |line| {
            let line: Vec<String> = line.split(',').map(str::to_owned).collect();
            assert_eq!(line.len(), head.len(), "{line:?}");
            let places = head.clone();
            move |name: &str| {
                let place = places.iter().position(|column| *column == name);
                line[place.unwrap_or_else(|| panic!("no column {name}"))].clone()
            }
        })
        .collect()
}

#[tokio::test]
async fn a_file_holds_every_reading_of_its_range() {
    let world = World::new().await;
    let clinic = world.customer("Northside").await;
    let old = world.commit(&clinic, &[(TimeDelta::days(9), 199, 99)]).await[0];
    // Three stretches, the first of which ends between two that were measured at the same moment.
    many(&world, &clinic, 1, 1_100).await;
    many(&world, &clinic, 90_001, 90_100).await;
    world.commit(&clinic, &[(TimeDelta::seconds(500), 131, 82)]).await;
    let nurse = world.signed_in("Northside").await;
    let file = format!("/devices/{}/readings.csv", clinic.device);
    for (asked, name, count) in [
        (
            "?kind=blood_pressure&range=7d",
            "NORTHSIDE_1-blood_pressure-7d-",
            1_201,
        ),
        (
            "?kind=blood_pressure&range=24h",
            "NORTHSIDE_1-blood_pressure-24h-",
            1_101,
        ),
        ("", "NORTHSIDE_1-readings-7d-", 1_201),
        ("?kind=weight", "NORTHSIDE_1-weight-7d-", 0),
    ] {
        let answer = nurse.get(&format!("{file}{asked}")).await;
        assert_eq!(answer.status, 200, "{asked}: {}", answer.text);
        assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
        assert_eq!(answer.header("cache-control"), "no-store");
        let disposition = answer.header("content-disposition");
        assert!(
            disposition.starts_with(&format!("attachment; filename=\"{name}")),
            "{disposition}"
        );
        let lines = cells(&answer.text);
        let ids: BTreeSet<String> = lines.iter().map(|cell| cell("reading_id")).collect();
        assert_eq!((lines.len(), ids.len()), (count, count), "{asked}");
        assert!(!ids.contains(&old.to_string()), "{asked}");
        let times: Vec<DateTime<Utc>> = lines
            .iter()
            .map(|cell| cell("measured_at").parse().unwrap())
            .collect();
        assert!(times.is_sorted_by(|one, next| one >= next), "newest first");
    }
}

/// The ids of the readings in the table of a device's page, on this page and on those that follow it.
async fn table(browser: &Browser, path: &str) -> Vec<String> {
    let (mut ids, mut next) = (Vec::new(), Some(path.to_owned()));
    while let Some(path) = next {
        let page = browser.get(&path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        assert!(page.text.contains("120<em>/</em>80"), "{path}: the last reading");
        let rows = page.text.split("<tr id=\"reading-").skip(1);
        ids.extend(rows.map(|row| row.split('"').next().unwrap().to_owned()));
        let link = page
            .text
            .split("\" rel=\"next\"")
            .next()
            .filter(|_| page.text.contains("rel=\"next\""));
        next = link.map(|before| before.rsplit("href=\"").next().unwrap().replace("&#38;", "&"));
    }
    ids
}

/// Three ways to see what a device measured in a time: the tile, the table with its further pages, and the file.
#[tokio::test]
async fn tile_table_and_file_are_of_the_same_time() {
    let world = World::new().await;
    let clinic = world.customer("Northside").await;
    // A page and a half of a minute, some of this week, and some of before.
    many(&world, &clinic, 1, 60).await;
    many(&world, &clinic, 5 * 86_400 + 1, 5 * 86_400 + 15).await;
    many(&world, &clinic, 9 * 86_400 + 1, 9 * 86_400 + 60).await;
    let nurse = world.signed_in("Northside").await;
    let device = format!("/devices/{}", clinic.device);
    for (range, count) in [("24h", 60), ("7d", 75)] {
        let asked = format!("kind=blood_pressure&range={range}");
        let file = nurse.get(&format!("{device}/readings.csv?{asked}")).await;
        let file: Vec<String> = cells(&file.text).iter().map(|cell| cell("reading_id")).collect();
        assert_eq!(file.len(), count, "{range}");
        assert_eq!(table(&nurse, &format!("{device}?{asked}")).await, file, "{range}");
    }
    let page = nurse.get(&device).await;
    assert!(page.text.contains("<strong>75"), "{}", page.text);
    assert!(page.shows("Table, chart, file and figures are of the last 7 days."));
    let day = nurse.get(&format!("{device}?range=24h")).await;
    assert!(day.text.contains("<strong>75"), "{}", day.text);
    assert!(day.shows("Table, chart and file are of the last 24 hours"));
}

/// A device that has been silent says when it was heard last, and nothing of its older readings.
#[tokio::test]
async fn a_table_without_readings_of_its_time_says_so() {
    let world = World::new().await;
    let clinic = world.customer("Northside").await;
    many(&world, &clinic, 5 * 86_400 + 1, 5 * 86_400 + 2).await;
    let nurse = world.signed_in("Northside").await;
    let day = nurse.get(&format!("/devices/{}?range=24h", clinic.device)).await;
    assert!(day.shows("No readings in the last 24 hours"), "{}", day.text);
    assert!(
        day.text.contains("120<em>/</em>80"),
        "the last one is in the tile: {}",
        day.text
    );
}

#[tokio::test]
async fn a_line_of_a_file_says_what_a_page_says_and_no_formula() {
    let world = World::new().await;
    let clinic = world.customer("Northside").await;
    many(&world, &clinic, 1, 3).await;
    sqlx::query("update hub set name = '=HYPERLINK(\"x\")' where id = $1")
        .bind(clinic.hub)
        .execute(&world.sql)
        .await
        .unwrap();
    let taken_back = world.commit(&clinic, &[(TimeDelta::seconds(500), 131, 82)]).await[0];
    sqlx::query("update reading set status = 'entered_in_error', quality = 1, user_slot = 2 where id = $1")
        .bind(taken_back)
        .execute(&world.sql)
        .await
        .unwrap();
    let nurse = world.signed_in("Northside").await;
    let units = [
        ("time_zone", "Europe/Berlin"),
        ("pressure", "kPa"),
        ("mass", "kg"),
        ("glucose", "mg/dL"),
        ("temperature", "Cel"),
        ("look", "auto"),
    ];
    let chosen = nurse.submit("/account", &units).await;
    assert_eq!(chosen.status, 303, "{}", chosen.text);

    let file = format!("/devices/{}/readings.csv", clinic.device);
    let answer = nurse.get(&file).await;
    let lines = cells(&answer.text);
    let by_hub = &lines[0];
    for (name, value) in [
        ("device_serial", "NORTHSIDE-1"),
        ("device_model", "Omron HEM-7142T1"),
        ("kind", "blood_pressure"),
        ("systolic", "16.0"),
        ("systolic_unit", "kPa"),
        ("diastolic", "10.7"),
        ("pulse", ""),
        ("status", "final"),
        ("way", "hub"),
        ("hub", "\"'=HYPERLINK(\"\"x\"\")\""),
        ("proof", "hub_signed"),
        ("delivery", "on its way"),
    ] {
        assert_eq!(by_hub(name), value, "{name}");
    }
    assert!(by_hub("measured_at").ends_with("+01:00") || by_hub("measured_at").ends_with("+02:00"));
    let withdrawn = lines
        .iter()
        .find(|cell| cell("reading_id") == taken_back.to_string())
        .unwrap();
    for (name, value) in [
        ("status", "taken back"),
        ("quality", "movement"),
        ("user_slot", "2"),
        ("way", "own line"),
        ("hub", ""),
        ("pulse", "66"),
        ("pulse_unit", "bpm"),
    ] {
        assert_eq!(withdrawn(name), value, "{name}");
    }

    let page = nurse.get(&format!("/devices/{}?range=24h", clinic.device)).await;
    let link = format!("href=\"{file}?kind=blood_pressure&amp;range=24h\"");
    assert!(page.text.contains(&link), "{}", page.text);
}

#[tokio::test]
async fn only_who_may_read_takes_a_file_and_what_is_asked_for_makes_sense() {
    let world = World::new().await;
    let meridian = world.distributor("Meridian").await;
    let clinic = world.customer_of("Northside", Some(meridian)).await;
    world.commit(&clinic, &[(TimeDelta::seconds(5), 173, 107)]).await;
    let of = Organisation::Customer(CustomerId::from(clinic.id));
    world.user("Wanda", of, Some(&[Permission::ManageDevices])).await;
    let file = format!("/devices/{}/readings.csv", clinic.device);
    for name in ["Wanda", "Meridian"] {
        let answer = world.signed_in(name).await.get(&file).await;
        assert_eq!(answer.status, 403, "{name}");
        assert!(!answer.shows("173"), "{name}");
    }
    assert_eq!(world.browser().get(&file).await.status, 303);
    let nurse = world.signed_in("Northside").await;
    for asked in ["?kind=nonsense", "?range=1y", "?kind=weight%00"] {
        assert_eq!(nurse.get(&format!("{file}{asked}")).await.status, 400, "{asked}");
    }
    assert!(nurse.get(&file).await.shows("173"));
}

/// Files that are too long to lie between the server and a browser that does not read.
#[tokio::test]
async fn a_file_breaks_off_with_its_session_and_few_are_taken_at_a_time() {
    let world = World::new().await;
    let clinic = world.customer("Northside").await;
    many(&world, &clinic, 1, 80_000).await;
    let nurse = world.signed_in("Northside").await;
    let file = format!("/devices/{}/readings.csv", clinic.device);
    let mut taken = Vec::new();
    for _ in 0..2 {
        let answer = nurse.begin(&file).await;
        assert_eq!(answer.status(), 200);
        taken.push(answer);
    }
    let refused = nurse.get(&file).await;
    assert_eq!(refused.status, 429);
    assert!(
        refused
            .text
            .contains("Other files with readings are still on their way to you.")
    );
    assert_eq!(refused.header("retry-after"), "60");
    // Others of the organisation are not held back by one, and there is an end of them all the same.
    let of = Organisation::Customer(CustomerId::from(clinic.id));
    let mut theirs = Vec::new();
    for name in ["Ada", "Ben"] {
        world.user(name, of, Some(&[Permission::ReadReadings])).await;
        let colleague = world.signed_in(name).await;
        let answer = colleague.begin(&file).await;
        assert_eq!(answer.status(), 200, "{name}");
        theirs.push((answer, colleague));
    }
    let refused = theirs[0].1.get(&file).await;
    assert_eq!(refused.status, 429);
    assert!(
        refused
            .text
            .contains("files with readings are on their way to other people"),
        "{}",
        refused.text
    );
    drop(theirs);
    // One that is given up makes room for another, which is whole.
    taken.pop();
    let whole = loop {
        let answer = nurse.get(&file).await;
        if answer.status == 200 {
            break answer.text;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    assert_eq!(whole.lines().count(), 80_001);

    let session: Uuid =
        sqlx::query_scalar("update session set ended_at = now() where ended_at is null returning id")
            .fetch_one(&world.sql)
            .await
            .unwrap();
    for answer in taken {
        let broken = answer.bytes().await;
        assert!(
            broken.is_err(),
            "{session} is over, and yet {} bytes came as a whole",
            broken.unwrap().len()
        );
    }
}
