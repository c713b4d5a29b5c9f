//! What wants a person: what was never heard is silent, what never told its battery is not well, and the worst stands first.

use uuid::Uuid;
use vitalwire_server::identity::Organisation;

use crate::browser::Browser;
use crate::world::{Customer, World};

/// A page without its tags.
fn words(page: &str) -> String {
    let after_tags = page
        .split('<')
        .map(|piece| piece.split_once('>').map_or(piece, |(_, words)| words));
    after_tags.collect()
}

async fn run(world: &World, sql: &'static str, id: Uuid) {
    sqlx::query(sql).bind(id).execute(&world.sql).await.unwrap();
}

/// Since when the customer has its device.
async fn held(world: &World, customer: &Customer, hours: i32) {
    sqlx::query(
        "insert into assignment (id, device_id, customer_id, distributor_id, valid_from, created_at)
         select gen_random_uuid(), id, customer_id, distributor_id, now() - make_interval(hours => $2), now()
         from device where id = $1",
    )
    .bind(customer.device)
    .bind(hours)
    .execute(&world.sql)
    .await
    .unwrap();
}

#[tokio::test]
async fn what_was_never_heard_is_silent_after_a_day() {
    let world = World::new().await;
    let meridian = world.distributor("Meridian").await;
    let (old, new) = (
        world.customer_of("Oldtown", Some(meridian)).await,
        world.customer_of("Newtown", Some(meridian)).await,
    );
    world.user("Root", Organisation::Platform, None).await;
    held(&world, &old, 25).await;
    held(&world, &new, 23).await;
    run(
        &world,
        "update hub set state = 'active', public_key = sha256('k'), confirmed_at = now() - interval '2 days' where id = $1",
        old.hub,
    )
    .await;

    let nurse = world.signed_in("Oldtown").await;
    let home = nurse.get("/home").await.text;
    assert!(
        words(&home).contains("1 device is silent and 1 hub is offline."),
        "{home}"
    );
    assert!(home.contains("never heard"));
    let hubs = nurse.get("/hubs").await.text;
    assert!(
        hubs.contains("1 hub is offline") && hubs.contains("never heard"),
        "{hubs}"
    );
    let device = nurse.get(&format!("/devices/{}/about", old.device)).await;
    assert!(
        device.text.contains("Nothing was ever heard of it"),
        "{}",
        device.text
    );
    let fresh = world.signed_in("Newtown").await;
    let home = fresh.get("/home").await.text;
    assert!(
        home.contains("no device is silent and no hub is offline. No device has told its charge yet."),
        "{home}"
    );
    for name in ["Meridian", "Root"] {
        let browser = world.signed_in(name).await;
        for attention in ["silent", "any"] {
            let list = browser.get(&format!("/devices?attention={attention}")).await.text;
            assert!(
                list.contains("OLDTOWN-1") && !list.contains("NEWTOWN-1"),
                "{name} {attention}"
            );
            assert!(list.contains("never heard"));
        }
    }
    let today = world.signed_in("Root").await.get("/admin").await.text;
    assert!(
        today.contains("1 device is silent") && today.contains("1 hub is offline"),
        "{today}"
    );
}

#[tokio::test]
async fn the_portfolio_shows_the_worst_first_and_leads_to_all_of_it() {
    let world = World::new().await;
    let meridian = world.distributor("Meridian").await;
    let (weak, low, gone, never) = (
        world.customer_of("Weak", Some(meridian)).await,
        world.customer_of("Low", Some(meridian)).await,
        world.customer_of("Gone", Some(meridian)).await,
        world.customer_of("Never", Some(meridian)).await,
    );
    held(&world, &never, 30).await;
    let told = "insert into device_status (device_id, distributor_id, customer_id, last_seen_at, battery_percent, signal_dbm)
        select id, distributor_id, customer_id, now() - make_interval(days => $2), $3, $4 from device where id = $1";
    for (customer, days, battery, signal) in [
        (&weak, 0, Some(80_i16), Some(-110_i16)),
        (&low, 0, Some(9), None),
        (&gone, 5, None, None),
    ] {
        sqlx::query(told)
            .bind(customer.device)
            .bind(days)
            .bind(battery)
            .bind(signal)
            .execute(&world.sql)
            .await
            .unwrap();
    }
    let seller = world.signed_in("Meridian").await;
    let page = seller.get("/portfolio").await.text;
    assert!(
        words(&page).contains("2 devices are silent, 1 battery is low and 1 signal is weak."),
        "{page}"
    );
    assert!(page.contains("href=\"/devices?attention=any\""));
    let place = |serial: &str| page.find(serial).unwrap();
    assert!(
        place("NEVER-1") < place("GONE-1")
            && place("GONE-1") < place("LOW-1")
            && place("LOW-1") < place("WEAK-1")
    );
    let all = seller.get("/devices?attention=any").await.text;
    for serial in ["NEVER-1", "GONE-1", "LOW-1", "WEAK-1"] {
        assert!(all.contains(serial), "{serial}");
    }
    assert!(all.contains("4 devices in use"));
    run(
        &world,
        "update device set state = 'replaced' where id = $1",
        gone.device,
    )
    .await;
    let list = seller.get("/devices").await.text;
    assert!(
        list.contains("3 devices in use") && list.contains("GONE-1"),
        "{list}"
    );
    let customer = seller.get(&format!("/customers/{}", gone.id)).await.text;
    assert!(
        customer.contains("<strong>0</strong>") || customer.contains(">0<"),
        "{customer}"
    );
}

/// A distributor's customer whose one device is switched off; and who looks: the platform, the distributor, the customer.
async fn nothing_wanted() -> (World, Customer, [Browser; 3]) {
    let world = World::new().await;
    let meridian = world.distributor("Meridian").await;
    let clinic = world.customer_of("Clinic", Some(meridian)).await;
    world.user("Root", Organisation::Platform, None).await;
    let quiet = "update device set state = 'inactive' where id = $1";
    run(&world, quiet, clinic.device).await;
    let looking = [
        world.signed_in("Root").await,
        world.signed_in("Meridian").await,
        world.signed_in("Clinic").await,
    ];
    (world, clinic, looking)
}

#[tokio::test]
async fn the_first_line_counts_who_asks_and_leads_there() {
    let (world, clinic, [root, _, nurse]) = nothing_wanted().await;
    let before = root.get("/admin").await.text;
    assert!(before.contains("Nothing wants your attention."), "{before}");

    run(
        &world,
        "update user_account set asked_at = now(), permissions = '{manage_devices,manage_users,answer_cases,manage_sites}'
         where customer_id = $1",
        clinic.id,
    )
    .await;
    let today = root.get("/admin").await.text;
    assert!(
        words(&today).contains("1 person asks to be confirmed."),
        "{today}"
    );
    assert!(today.contains("href=\"/users?state=asks\""));
    let asking = root.get("/users?state=asks").await.text;
    assert!(asking.contains("clinic@example.org") && !asking.contains("meridian@example.org"));
    // Whoever sets up a customer is its administrator, on every page that says so.
    let account = nurse.get("/account").await.text;
    let customer = root.get(&format!("/customers/{}", clinic.id)).await.text;
    for page in [&asking, &account, &customer] {
        assert!(
            page.contains("Administrator") && !page.contains("Manage people and"),
            "{page}"
        );
    }
}

#[tokio::test]
async fn the_first_line_counts_the_cases_that_wait_for_one_s_side() {
    let (_world, _, [root, seller, nurse]) = nothing_wanted().await;
    // A customer's question waits for its distributor, not for the platform; the answer waits for the customer.
    let opened = nurse
        .submit(
            "/cases/new",
            &[("title", "Nothing arrives"), ("text", "Since noon")],
        )
        .await;
    assert_eq!(opened.status, 303, "{}", opened.text);
    let case = opened.location().split('?').next().unwrap().to_owned();
    let ours = "href=\"/cases?state=ours\"";
    let portfolio = seller.get("/portfolio").await.text;
    assert!(
        words(&portfolio).contains("1 case waits for you") && portfolio.contains(ours),
        "{portfolio}"
    );
    assert!(
        seller
            .get("/cases?state=ours")
            .await
            .text
            .contains("Nothing arrives")
    );
    for (browser, page) in [(&root, "/admin"), (&nurse, "/home")] {
        assert!(!browser.get(page).await.text.contains(ours), "{page}");
        assert!(
            !browser
                .get("/cases?state=ours")
                .await
                .text
                .contains("Nothing arrives")
        );
    }
    let asked_back = seller
        .submit(&format!("{case}/state"), &[("state", "waiting")])
        .await;
    assert_eq!(asked_back.status, 303, "{}", asked_back.text);
    assert!(!seller.get("/portfolio").await.text.contains(ours));
    let home = nurse.get("/home").await.text;
    assert!(
        words(&home).contains("1 case waits for you") && home.contains(ours),
        "{home}"
    );

    // Nobody's menu says that there is nothing, on any page.
    let (form, list) = (
        nurse.get("/cases/new").await.text,
        nurse.get("/devices").await.text,
    );
    let menu = |page: &str| page.split("</nav>").next().unwrap().matches("<b>1</b>").count();
    assert_eq!((menu(&form), menu(&list)), (2, 2), "{form}");
    assert!(
        nurse
            .get("/devices?attention=low_battery")
            .await
            .text
            .contains("No device")
    );
}

/// A customer with a device whose signal is weak, one that is well, and one that another took the place of.
#[tokio::test]
async fn a_customer_s_list_its_count_and_its_first_line_agree() {
    let world = World::new().await;
    let clinic = world.customer("Clinic").await;
    for (serial, state) in [("WELL-1", "active"), ("GONE-1", "replaced")] {
        sqlx::query(
            "insert into device (id, maker, serial, model_id, customer_id, state, created_at, updated_at)
             select gen_random_uuid(), maker, $2, model_id, customer_id, $3, now(), now() from device where id = $1",
        )
        .bind(clinic.device)
        .bind(serial)
        .bind(state)
        .execute(&world.sql)
        .await
        .unwrap();
    }
    sqlx::query(
        "insert into device_status (device_id, customer_id, last_seen_at, signal_dbm)
         select id, customer_id, now(), case serial when 'WELL-1' then -60 else -110 end from device",
    )
    .execute(&world.sql)
    .await
    .unwrap();
    let nurse = world.signed_in("Clinic").await;
    for (path, below, shown) in [
        ("/devices", "2 devices<", ["CLINIC-1", "WELL-1"].as_slice()),
        ("/devices?state=replaced", "1 device found<", &["GONE-1"]),
        (
            "/devices?state=active",
            "2 devices found<",
            &["CLINIC-1", "WELL-1"],
        ),
        ("/devices?q=gone", "1 device found<", &["GONE-1"]),
        ("/devices?attention=weak_signal", "1 device found<", &["CLINIC-1"]),
        ("/devices?state=inactive", "0 devices found<", &[]),
    ] {
        let page = nurse.get(path).await.text;
        assert!(words(&page).contains("1 signal is weak."), "{path}: {page}");
        assert!(page.contains("href=\"/devices?attention=weak_signal\""), "{path}");
        assert!(page.contains(below), "{path}: {page}");
        for serial in ["CLINIC-1", "WELL-1", "GONE-1"] {
            assert_eq!(page.contains(serial), shown.contains(&serial), "{path}: {serial}");
        }
        assert!(
            page.contains("value=\"replaced\""),
            "{path}: it cannot be looked for"
        );
    }
}

#[tokio::test]
async fn days_that_are_not_made_and_days_that_do_not_leave_are_told() {
    let world = World::new().await;
    world.user("Root", Organisation::Platform, None).await;
    let admin = world.signed_in("Root").await;
    let page = words(&admin.get("/admin").await.text);
    assert!(
        !page.contains("coming week") && !page.contains("leave the history"),
        "{page}"
    );

    // The last three of eight days ahead go, and one is put where no reading should be any more.
    sqlx::raw_sql(
        "do $$
         declare today date := (now() at time zone 'UTC')::date;
         begin
           for ahead in 6..8 loop
             execute format('drop table refusal_p%s', to_char(today + ahead, 'YYYYMMDD'));
           end loop;
           execute format('create table reading_p%s partition of reading for values from (%L) to (%L)',
             to_char(today - 12, 'YYYYMMDD'), (today - 12) || ' 00:00:00+00', (today - 11) || ' 00:00:00+00');
         end $$",
    )
    .execute(&world.sql)
    .await
    .unwrap();
    let page = words(&admin.get("/admin").await.text);
    assert!(
        page.contains("2 days of the coming week have no table yet"),
        "{page}"
    );
    assert!(
        page.contains("days that are over do not leave the history"),
        "{page}"
    );
}
