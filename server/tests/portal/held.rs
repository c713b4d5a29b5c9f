//! Devices without their values: who sees what of them, and what is done with them.

use chrono::TimeDelta;
use uuid::Uuid;
use vitalwire_server::ground::ids::CustomerId;
use vitalwire_server::identity::Organisation;
use vitalwire_server::tenancy::Permission;

use crate::browser::Browser;
use crate::world::{Customer, World};

/// A path, what is sent there, and what is said.
type Wrong<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);

#[tokio::test]
async fn everybody_sees_of_a_device_what_is_theirs_to_see() {
    let world = World::new().await;
    let distributor = world.distributor("Meridian").await;
    world.distributor("Elsewhere").await;
    let clinic = world.customer_of("Northside", Some(distributor)).await;
    world
        .commit(&clinic, &[(TimeDelta::seconds(5), 17_311, 10_733)])
        .await;
    world.route().await;
    world.user("Root", Organisation::Platform, None).await;
    let of_clinic = Organisation::Customer(CustomerId::from(clinic.id));
    world.user("Viewer", of_clinic, Some(&[])).await;
    let page = format!("/devices/{}", clinic.device);
    let about = format!("{page}/about");

    let reader = world.signed_in("Northside").await;
    let telemetry = reader.get(&page).await;
    assert!(telemetry.shows("17311") && telemetry.text.contains(&about));
    let known = reader.get(&about).await;
    assert!(known.text.contains("Life of this device") && known.text.contains("Give it back"));
    assert!(!known.shows("17311"));

    for (name, offered, hidden) in [
        ("Meridian", "Take it back", "Retire"),
        ("Root", "Retire", "Give it back"),
        ("Viewer", "Identity", "Deactivate"),
    ] {
        let browser = world.signed_in(name).await;
        let known = browser.get(&page).await;
        assert_eq!(known.status, 200, "{name}");
        assert!(
            known.text.contains(offered) && !known.text.contains(hidden),
            "{name}"
        );
        assert!(known.text.contains(&clinic.serial));
        for path in [page.as_str(), &about, "/devices", "/hubs", "/stock", "/portfolio"] {
            let shown = browser.get(path).await;
            for value in ["17311", "17,311", "10733", "10,733"] {
                assert!(!shown.text.contains(value), "{name} {path} holds {value}");
            }
        }
    }
    let stranger = world.signed_in("Elsewhere").await;
    assert_eq!(stranger.get(&page).await.status, 404);
    assert_eq!(stranger.get(&about).await.status, 404);
    assert!(!stranger.get("/devices").await.text.contains(&clinic.serial));
}

#[tokio::test]
async fn a_device_goes_its_way_and_each_step_is_said() {
    let world = World::new().await;
    let distributor = world.distributor("Meridian").await;
    let clinic = world.customer_of("Northside", Some(distributor)).await;
    world.user("Root", Organisation::Platform, None).await;
    let root = world.signed_in("Root").await;
    let seller = world.signed_in("Meridian").await;
    let nurse = world.signed_in("Northside").await;
    let model = Uuid::from_u128(1).to_string();

    let new = [
        ("model", model.as_str()),
        ("serial", "NEW-0001"),
        ("imei", "490154203237518"),
    ];
    let page = said(
        &root,
        root.submit("/devices/new", &new).await.location(),
        "The device is added.",
    )
    .await;
    assert!(page.contains("490154203237518"));
    let id = device(&world, "NEW-0001").await;
    let at = |verb: &str| format!("/devices/{id}/{verb}");
    assert_eq!(
        seller.get(&format!("/devices/{id}")).await.status,
        404,
        "it is not theirs yet"
    );

    let to = distributor.to_string();
    step(
        &world,
        &root,
        &at("allocate"),
        &[("distributor", &to)],
        "The device is allocated",
    )
    .await;
    assert!(seller.get("/stock").await.text.contains("NEW-0001"));
    assert!(seller.get("/portfolio").await.text.contains("NEW-0001"));
    let clinic_id = clinic.id.to_string();
    step(
        &world,
        &seller,
        &at("place"),
        &[("customer", &clinic_id)],
        "The device is placed.",
    )
    .await;
    step(
        &world,
        &nurse,
        &at("reference"),
        &[("reference", "bed 3")],
        "The reference is saved.",
    )
    .await;
    step(&world, &nurse, &at("deactivate"), &[], "The device is inactive").await;
    step(&world, &nurse, &at("activate"), &[], "The device is active").await;

    takes_its_place(&world, &nurse, &clinic, id).await;

    let gone = nurse.submit(&at("return"), &[]).await;
    assert_eq!(gone.location(), "/devices?said=device-returned");
    said(&nurse, gone.location(), "The device is given back.").await;
    assert_eq!(nurse.get(&at("about")).await.status, 404);
    step(&world, &seller, &at("restock"), &[], "in stock again").await;
    step(&world, &root, &at("recall"), &[], "back in the platform").await;
    step(
        &world,
        &root,
        &at("numbers"),
        &[("firmware", "2.1.0")],
        "Its numbers are saved.",
    )
    .await;
    step(&world, &root, &at("retire"), &[], "out of use for good").await;
    let again = root.submit(&at("retire"), &[]).await;
    assert_eq!(again.status, 409);
    assert!(again.text.contains("The device is out of use for good."));
}

/// The other device of the clinic takes the place of this one, once it is free.
async fn takes_its_place(world: &World, nurse: &Browser, clinic: &Customer, id: Uuid) {
    let replace = format!("/devices/{id}/replace");
    let reason = [("serial", clinic.serial.as_str()), ("reason", "the cuff leaks")];
    let busy = nurse.submit(&replace, &reason).await;
    assert_eq!(busy.status, 422, "the other one is in use");
    let other = format!("/devices/{}", clinic.device);
    step(
        world,
        nurse,
        &format!("{other}/deactivate"),
        &[],
        "The device is inactive",
    )
    .await;
    let why = nurse.get(&format!("{other}/trouble")).await.text;
    assert!(
        why.contains("deactivated it just now. Nothing that it sends"),
        "{why}"
    );
    let case = nurse
        .get(&format!("/cases/new?device={}", clinic.device))
        .await
        .text;
    assert!(case.contains("somebody deactivated it just now."), "{case}");
    let replaced = nurse.submit(&replace, &reason).await;
    assert!(replaced.location().starts_with(&other), "{}", replaced.text);
    said(nurse, replaced.location(), "goes on with its line of readings").await;
    let life = nurse.get(&format!("{other}/about")).await.text;
    assert!(
        life.contains("Took the place of") && life.contains("Deactivated"),
        "{life}"
    );
    assert!(life.contains(&format!("/devices/{id}/about")), "{life}");
    let before = nurse.get(&format!("/devices/{id}/about")).await.text;
    assert!(before.contains("Its place was taken by"), "{before}");
    assert!(before.contains(&format!("{other}/about")), "{before}");
    let why = nurse.get(&format!("/devices/{id}/trouble")).await.text;
    let taken = format!("Its place was taken by {}: nothing that it sends", clinic.serial);
    assert!(why.contains(&taken), "{why}");
}

#[tokio::test]
async fn a_token_is_shown_once_on_the_page_that_answers() {
    let world = World::new().await;
    let clinic = world.customer("Northside").await;
    let nurse = world.signed_in("Northside").await;
    let path = format!("/devices/{}/token", clinic.device);
    let (page, _) = nurse.follow_twice(&nurse.submit(&path, &[]).await).await;
    let token = page.text.split("vwd_").nth(1).expect("a token");
    let token = format!("vwd_{}", token.split('<').next().unwrap());
    let about = format!("/devices/{}/about", clinic.device);
    let later = nurse.get(&about).await.text;
    assert!(!later.contains(&token) && later.contains("Revoke its token"));
    let revoke = format!("/devices/{}/revoke-token", clinic.device);
    step(&world, &nurse, &revoke, &[], "The token is revoked").await;
    assert!(!nurse.get(&about).await.text.contains("Revoke its token"));
}

#[tokio::test]
async fn what_was_typed_wrongly_is_said_at_its_field() {
    let world = World::new().await;
    let distributor = world.distributor("Meridian").await;
    let clinic = world.customer_of("Northside", Some(distributor)).await;
    world.user("Root", Organisation::Platform, None).await;
    let root = world.signed_in("Root").await;
    let model = Uuid::from_u128(1).to_string();
    let nobody = Uuid::from_u128(99).to_string();
    let device = format!("/devices/{}", clinic.device);
    let replace = format!("{device}/replace");
    let place = format!("{device}/place");
    let wrong: [Wrong<'_>; 9] = [
        ("/devices/new", &[("serial", "A<b>1")], "Choose a model."),
        ("/devices/new", &[("model", &model)], "This is no serial"),
        (
            "/devices/new",
            &[("model", &model), ("serial", "S1"), ("imei", "1")],
            "An IMEI has 15 digits",
        ),
        (
            "/devices/new",
            &[("model", &model), ("serial", "S1"), ("customer", &nobody)],
            "No customer has this in its name.",
        ),
        (&place, &[], "Choose a customer."),
        (
            &place,
            &[("customer", "nobody of that name")],
            "No customer has this in its name.",
        ),
        (&replace, &[("serial", "12")], "or its last four digits"),
        (
            &replace,
            &[("serial", "0000"), ("reason", "x")],
            "No device that is free to take its place",
        ),
        (
            "/models/new",
            &[("maker", "M"), ("name", "N"), ("transport", "mqtt")],
            "At least one kind is needed.",
        ),
    ];
    for (path, form, words) in wrong {
        let page = root.submit(path, form).await;
        assert_eq!(page.status, 422, "{path} {form:?}");
        assert!(page.text.contains(words), "{path} {form:?}: {words}");
        assert!(page.text.contains("vw-form-error"), "{path} {form:?}");
        assert!(!page.text.contains("A<b>1"), "what was typed is text");
    }
    let taken = [("model", model.as_str()), ("serial", &clinic.serial)];
    let page = root.submit("/devices/new", &taken).await;
    assert_eq!(page.status, 409);
    assert!(page.text.contains("registered already") && page.text.contains(&clinic.serial));
}

#[tokio::test]
async fn a_list_is_narrowed_by_who_has_it_and_why_it_wants_a_person() {
    let world = World::new().await;
    let distributor = world.distributor("Meridian").await;
    let silent = world.customer_of("Silent", Some(distributor)).await;
    let well = world.customer_of("Well", Some(distributor)).await;
    for (customer, hours, battery) in [(&silent, 100_i32, 80_i16), (&well, 1, 9)] {
        sqlx::query(
            "insert into device_status (device_id, customer_id, distributor_id, last_seen_at, battery_percent)
             values ($1, $2, $3, now() - make_interval(hours => $4), $5)",
        )
        .bind(customer.device)
        .bind(customer.id)
        .bind(distributor)
        .bind(hours)
        .bind(battery)
        .execute(&world.sql)
        .await
        .unwrap();
    }
    let seller = world.signed_in("Meridian").await;
    let holder = format!("/devices?holder={}", well.id);
    for (path, has_silent, has_well) in [
        ("/devices", true, true),
        ("/devices?attention=silent", true, false),
        ("/devices?attention=low_battery", false, true),
        ("/devices?attention=weak_signal", false, false),
        ("/devices?holder=stock", false, false),
        (holder.as_str(), false, true),
        ("/devices?q=silent-1", true, false),
    ] {
        let page = seller.get(path).await.text;
        assert_eq!(page.contains("SILENT-1"), has_silent, "{path}");
        assert_eq!(page.contains("WELL-1"), has_well, "{path}");
    }
    let page = seller.get("/devices").await.text;
    assert!(page.contains("1 device is silent and 1 battery is low."));
    let portfolio = seller.get("/portfolio").await.text;
    assert!(portfolio.contains("SILENT-1") && portfolio.contains("WELL-1"));
    assert!(
        seller
            .get(&format!("/devices/{}", well.device))
            .await
            .text
            .contains("Its battery is low: 9 %.")
    );
}

#[tokio::test]
async fn models_are_kept_by_the_platform_alone() {
    let world = World::new().await;
    let clinic = world.customer("Northside").await;
    world.user("Root", Organisation::Platform, None).await;
    let (root, nurse) = (world.signed_in("Root").await, world.signed_in("Northside").await);
    let model = [
        ("maker", "Omron"),
        ("name", "BP7450"),
        ("kinds", "blood_pressure"),
        ("transport", "bluetooth"),
    ];
    step(&world, &root, "/models/new", &model, "The model is added.").await;
    let again = root.submit("/models/new", &model).await;
    assert_eq!(again.status, 409);
    assert!(again.text.contains("The maker has a model of this name already."));
    let id: Uuid = sqlx::query_scalar("select id from device_model where name = 'BP7450'")
        .fetch_one(&world.sql)
        .await
        .unwrap();
    let path = format!("/models/{id}");
    assert!(root.get(&path).await.text.contains("BP7450"));
    let other = [
        ("name", "BP7450 II"),
        ("kinds", "blood_pressure"),
        ("kinds", "heart_rate"),
        ("transport", "cellular"),
        ("reports", "battery"),
        ("reports", "irregular"),
    ];
    step(&world, &root, &path, &other, "The model is saved.").await;
    let form = root.get(&path).await.text;
    assert!(form.contains(r#"value="irregular" checked"#) && !form.contains(r#"value="pulse" checked"#));
    assert!(
        nurse
            .get("/models?q=bp7450")
            .await
            .text
            .contains("Battery, Irregular heartbeat")
    );
    let odd = [&other[..], &[("reports", "body_fat")]].concat();
    let refused = root.submit(&path, &odd).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("Body fat comes beside weight alone."));
    assert!(
        root.get("/models?q=omron+bp7450+ii")
            .await
            .text
            .contains("BP7450 II")
    );
    // What is written down of a model that has devices already stands on their pages.
    let used = format!("/models/{}", Uuid::from_u128(1));
    let reports = [
        ("name", "HEM-7142T1"),
        ("kinds", "blood_pressure"),
        ("transport", "bluetooth"),
        ("reports", "pulse"),
    ];
    step(&world, &root, &used, &reports, "The model is saved.").await;
    let device = nurse.get(&format!("/devices/{}/about", clinic.device)).await.text;
    assert!(device.contains("Also reports") && device.contains("not told by its model"));
    assert_eq!(nurse.get("/models").await.status, 200);
    assert_eq!(nurse.get(&path).await.status, 403);
    assert_eq!(nurse.submit(&path, &other).await.status, 403);
}

#[tokio::test]
async fn who_may_manage_nothing_is_offered_nothing() {
    let world = World::new().await;
    let clinic = world.customer("Northside").await;
    let of_clinic = Organisation::Customer(CustomerId::from(clinic.id));
    world
        .user("Clinician", of_clinic, Some(&[Permission::ReadReadings]))
        .await;
    let browser = world.signed_in("Clinician").await;
    let about = browser
        .get(&format!("/devices/{}/about", clinic.device))
        .await
        .text;
    assert!(!about.contains("What can be done"));
    for verb in [
        "activate",
        "deactivate",
        "return",
        "replace",
        "token",
        "reference",
        "place",
        "retire",
    ] {
        let path = format!("/devices/{}/{verb}", clinic.device);
        assert_eq!(browser.submit(&path, &[]).await.status, 403, "{verb}");
    }
}

/// A form that is taken: the page after it says so.
async fn step(world: &World, browser: &Browser, path: &str, form: &[(&str, &str)], words: &str) {
    // Two moves of a device do not begin at the same moment.
    world.clock.advance(TimeDelta::seconds(1));
    let answer = browser.submit(path, form).await;
    assert_eq!(answer.status, 303, "{path}: {}", answer.text);
    said(browser, answer.location(), words).await;
}

async fn said(browser: &Browser, path: &str, words: &str) -> String {
    let page = browser.get(path).await;
    assert_eq!(page.status, 200, "{path}");
    assert!(page.text.contains(words), "{path}: {words}");
    page.text
}

async fn device(world: &World, serial: &str) -> Uuid {
    sqlx::query_scalar("select id from device where serial = $1")
        .bind(serial)
        .fetch_one(&world.sql)
        .await
        .unwrap()
}
