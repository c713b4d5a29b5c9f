//! A customer's pages.

use chrono::TimeDelta;
use vitalwire_server::ground::ids::CustomerId;
use vitalwire_server::identity::Organisation;
use vitalwire_server::tenancy::Permission;

use crate::world::World;

#[tokio::test]
async fn a_device_s_page_shows_its_week() {
    let world = World::new().await;
    let customer = world.customer("Northside").await;
    let days = [
        (TimeDelta::hours(50), 138, 86),
        (TimeDelta::hours(26), 139, 87),
        (TimeDelta::minutes(4), 173, 107),
    ];
    let four = |(ago, systolic, diastolic)| {
        (0..4).map(move |minute| (ago - TimeDelta::minutes(minute), systolic, diastolic))
    };
    let first = (TimeDelta::hours(74), 160, 100);
    let readings: Vec<_> = std::iter::once(first)
        .chain(days.into_iter().flat_map(four))
        .collect();
    world.commit(&customer, &readings).await;
    world.route().await;
    sqlx::query("update device set customer_reference = 'bed 7'")
        .execute(&world.sql)
        .await
        .unwrap();
    let browser = world.signed_in("Northside").await;

    let list = browser.get("/devices").await;
    for shown in ["1 last reading is outside its range.", "bed 7"] {
        assert!(list.text.contains(shown), "{shown}: {}", list.text);
    }
    assert!(
        list.shows("173") && list.shows("107"),
        "the last reading heads the list"
    );
    let device = format!("/devices/{}", customer.device);
    let page = browser.get(&device).await;
    assert_eq!(page.status, 200);
    for shown in [
        "Blood pressure",
        "173",
        "107",
        "7-day mean · first day dropped",
        "above 135/85 · of 12 readings",
        "above range",
        "no endpoint",
        "not a diagnosis",
        "your reference bed 7",
        "of the last 30",
    ] {
        assert!(page.text.contains(shown), "{shown}");
    }
    assert!(
        page.text.contains("150<em>/</em>93"),
        "138, 139 and 173 without the first day's 160: {}",
        page.text
    );

    let series = page.series();
    assert_eq!(series["points"].as_array().unwrap().len(), 13);
    assert_eq!(series["points"][12]["v"]["systolic"], 173.0);
    assert_eq!(series["mean"]["systolic"], 150.0);
    assert_eq!(series["time_zone"], "America/New_York");
    let day = browser
        .get(&format!("{device}?kind=blood_pressure&range=24h"))
        .await
        .series();
    assert_eq!(day["points"].as_array().unwrap().len(), 4);
    assert_eq!(day.get("mean"), None, "a day of home readings has none");
}

#[tokio::test]
async fn a_few_readings_make_no_week_s_mean() {
    let world = World::new().await;
    let customer = world.customer("Northside").await;
    world.commit(&customer, &[(TimeDelta::minutes(2), 150, 95)]).await;
    world.route().await;
    let browser = world.signed_in("Northside").await;
    let device = format!("/devices/{}", customer.device);
    let series = browser.get(&device).await.series();
    assert_eq!(series.get("mean"), None, "no line is drawn");
    let page = browser.get(&device).await.text;
    let told = "of 1 reading on 1 day; for an average 12 on 3 days are wanted";
    assert!(page.contains("Mean so far") && page.contains(told), "{page}");
    for claimed in ["7-day mean", "above 135/85", "mean 150 over 95"] {
        assert!(!page.contains(claimed), "{claimed}: {page}");
    }
}

/// A glucometer's HI says that the glucose was above its limit and not what it was.
#[tokio::test]
async fn a_limit_goes_into_no_mean() {
    let world = World::new().await;
    let customer = world.customer("Northside").await;
    let values = [(74, 300), (50, 110), (26, 120), (2, 130), (1, 600)]
        .map(|(ago, glucose)| (TimeDelta::hours(ago), glucose, 80));
    world.commit(&customer, &values).await;
    sqlx::query(
        "update reading set kind = 'glucose', vals = jsonb_build_object('glucose', case vals->>'systolic'
           when '600' then '{\"value\": 600, \"comparator\": \">\"}' else vals->'systolic' end)",
    )
    .execute(&world.sql)
    .await
    .unwrap();
    let browser = world.signed_in("Northside").await;
    let device = format!("/devices/{}", customer.device);
    let page = browser.get(&format!("{device}?kind=glucose")).await;
    assert_eq!(page.series()["mean"]["glucose"], 120.0);
    let page = page.text;
    for told in [
        ">120<",
        "of 3 readings on 3 days · 1 beyond the device left out",
        "5 readings of Glucose in 7 days, mean 120 mg/dL",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
}

/// Every time has a form for paper: the day, the clock and the zone; and the sheet says whose it is, when it was made and for
/// whom.
#[tokio::test]
async fn a_printed_page_says_whose_and_when() {
    let world = World::new().await;
    let customer = world.customer("Northside").await;
    world
        .commit(
            &customer,
            &[(TimeDelta::minutes(2), 173, 107), (TimeDelta::days(2), 121, 80)],
        )
        .await;
    let browser = world.signed_in("Northside").await;
    for path in [
        "/home".to_owned(),
        "/devices".to_owned(),
        format!("/devices/{}", customer.device),
        format!("/devices/{}/about", customer.device),
        format!("/hubs/{}", customer.hub),
    ] {
        let page = browser.get(&path).await.text;
        let head = page.split("class=\"vw-paper\"").nth(1).expect(&path);
        let head = head.split("</div>").next().unwrap();
        for part in [
            "<strong>Northside</strong>",
            "As of <time",
            "data-zone=\"America/New_York\"",
            "by Northside User",
        ] {
            assert!(head.contains(part), "{path}: {part} in {head}");
        }
        for time in page
            .split("<time ")
            .skip(1)
            .filter(|time| !time.contains("id=\"made\""))
        {
            let paper = time
                .split("data-paper=\"")
                .nth(1)
                .expect(time)
                .split('"')
                .next()
                .unwrap();
            assert!(
                paper.contains(", 20")
                    && (paper.ends_with("EST") || paper.ends_with("EDT") || !paper.contains(':')),
                "{path}: {paper}"
            );
        }
    }
    let page = browser.get(&format!("/devices/{}", customer.device)).await.text;
    assert!(page.contains("2 min ago</time>"), "{page}");
    assert!(
        !page.replace("2 min ago</time>", "").contains(" ago"),
        "what is told otherwise is not told on paper: {page}"
    );
}

#[tokio::test]
async fn the_way_of_a_reading_is_a_page_of_its_own_and_a_piece_of_another() {
    let world = World::new().await;
    let customer = world.customer("Northside").await;
    let reading = world
        .commit(&customer, &[(TimeDelta::seconds(5), 173, 107)])
        .await[0];
    world.route().await;
    let browser = world.signed_in("Northside").await;
    let path = format!("/readings/{reading}/trace");
    let asked_by_the_script = browser.get_with(&path, ("hx-request", "true")).await;
    let opened = browser.get(&path).await;
    for answer in [&asked_by_the_script, &opened] {
        assert_eq!(answer.status, 200);
        for step in [
            "Measured",
            "Accepted",
            "Event",
            "no endpoint to deliver to",
            "own token",
            "173",
            "America/New York",
        ] {
            assert!(answer.text.contains(step), "{step}: {}", answer.text);
        }
    }
    let piece = asked_by_the_script.text;
    assert!(
        !piece.contains("<html") && piece.contains("data-close"),
        "{piece}"
    );
    let page = opened.text;
    assert!(!page.contains("data-close"), "there is nothing to close: {page}");
    let back = format!("href=\"/devices/{}?kind=blood_pressure\"", customer.device);
    for part in [
        "<title>Way of a reading",
        "vitalwire.",
        "id=\"nav\"",
        back.as_str(),
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    // Who is signed out comes to it after signing in.
    let gone = world.browser().get(&path).await;
    assert_eq!(gone.status, 303);
    assert!(gone.location().contains("trace"), "{}", gone.location());
}

#[tokio::test]
async fn older_readings_follow_page_by_page() {
    let world = World::new().await;
    let customer = world.customer("Northside").await;
    let readings: Vec<_> = (0..120)
        .map(|minute| (TimeDelta::minutes(minute), 100 + minute, 60))
        .collect();
    let ids = world.commit(&customer, &readings).await;
    let browser = world.signed_in("Northside").await;
    let mut path = format!("/devices/{}", customer.device);
    let mut seen = Vec::new();
    for rows in [50, 50, 20] {
        let page = browser.get(&path).await.text;
        let found: Vec<_> = ids
            .iter()
            .filter(|id| page.contains(&format!("id=\"reading-{id}\"")))
            .collect();
        assert_eq!(found.len(), rows);
        seen.extend(found.into_iter().copied());
        let next = page
            .split("<a class=\"btn btn-sm\" href=\"")
            .find(|link| link.contains("rel=\"next\""));
        match next {
            Some(link) => {
                path = link
                    .split('"')
                    .next()
                    .unwrap()
                    .replace("&amp;", "&")
                    .replace("&#38;", "&");
            }
            None => assert_eq!(rows, 20, "there are more"),
        }
    }
    assert_eq!(seen, ids, "newest first, each once");
}

#[tokio::test]
async fn what_a_person_may_not_do_is_not_offered() {
    let world = World::new().await;
    let customer = world.customer("Northside").await;
    world
        .commit(&customer, &[(TimeDelta::seconds(5), 173, 107)])
        .await;
    let organisation = Organisation::Customer(CustomerId::from(customer.id));
    world
        .user("Warden", organisation, Some(&[Permission::ManageDevices]))
        .await;
    let browser = world.signed_in("Warden").await;
    let list = browser.get("/devices").await;
    assert_eq!(list.status, 200);
    assert!(!list.shows("173") && !list.text.contains("href=\"/endpoint\""));
    assert!(
        list.text.contains("No device is silent, and no signal is weak."),
        "no more is said than was looked at"
    );
    assert!(
        list.text.contains(&customer.serial) && !list.text.contains("Last reading"),
        "that there is none yet is not known to who may not see it: {}",
        list.text
    );
    let device = browser.get(&format!("/devices/{}", customer.device)).await;
    assert_eq!(device.status, 200, "what the device is, without what it measured");
    assert!(!device.shows("173") && device.text.contains("Life of this device"));
    for path in ["/readings.csv", "/live", "/blood_pressure/live"] {
        assert_eq!(
            browser
                .get(&format!("/devices/{}{path}", customer.device))
                .await
                .status,
            403,
            "{path}"
        );
    }
    assert_eq!(browser.get("/endpoint").await.status, 403);
    for path in ["/admin", "/distributors", "/admin/refusals"] {
        assert_eq!(browser.get(path).await.status, 403, "{path}");
    }
}

#[tokio::test]
async fn names_are_text_and_never_markup() {
    let world = World::new().await;
    let customer = world.customer("Northside").await;
    let hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";
    for sql in [
        "update device_model set name = $1",
        "update hub set name = $1",
        "update customer set name = $1",
        "update user_account set display_name = $1",
    ] {
        sqlx::query(sql).bind(hostile).execute(&world.sql).await.unwrap();
    }
    sqlx::query("update device set serial = $1, customer_reference = $1")
        .bind("<b onclick=x>")
        .execute(&world.sql)
        .await
        .unwrap();
    sqlx::query("insert into device_status (device_id, customer_id, last_seen_at, last_hub_id) values ($1, $2, now(), $3)")
        .bind(customer.device)
        .bind(customer.id)
        .bind(customer.hub)
        .execute(&world.sql)
        .await
        .unwrap();
    world.user("Root", Organisation::Platform, None).await;
    let (own, root) = (world.signed_in("Northside").await, world.signed_in("Root").await);
    let device = format!("/devices/{}", customer.device);
    let (about, hub) = (format!("{device}/about"), format!("/hubs/{}", customer.hub));
    let search = "/devices?q=%22%3E%3Cscript%3Ealert(3)%3C/script%3E";
    for path in ["/devices", &device, &about, "/hubs", &hub, "/endpoint", search] {
        clean(&own.get(path).await.text, path);
    }
    for path in [
        "/admin",
        "/devices",
        &device,
        "/hubs",
        &hub,
        "/stock",
        "/models",
        "/customers",
        "/distributors",
        "/admin/refusals",
    ] {
        clean(&root.get(path).await.text, path);
    }
}

#[track_caller]
fn clean(page: &str, path: &str) {
    for markup in ["<script>", "<img", "<b onclick"] {
        assert!(!page.contains(markup), "{path} holds {markup}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_a_page_with_a_reference() {
    let world = World::new().await;
    let browser = world.browser();
    let missing = browser.get("/no/such/page").await;
    assert_eq!(missing.status, 404);
    assert!(missing.text.contains("There is nothing here"));
    assert!(
        missing.text.contains(missing.header("x-request-id")),
        "support can look it up"
    );
    assert_eq!(
        browser.get("/assets/vitalwire.css").await.status,
        404,
        "a plain name is no asset"
    );
}

#[tokio::test]
async fn assets_are_kept_for_ever_and_known_by_their_tag() {
    let world = World::new().await;
    let browser = world.browser();
    let page = browser.get("/login").await.text;
    let css = page
        .split("href=\"")
        .find(|link| link.starts_with("/assets/vitalwire."))
        .unwrap();
    let css = css.split('"').next().unwrap();
    let first = browser.get(css).await;
    assert_eq!(
        (first.status, first.header("cache-control")),
        (200, "public, max-age=31536000, immutable")
    );
    assert!(first.header("content-type").starts_with("text/css"));
    let again = browser
        .get_with(css, ("if-none-match", first.header("etag")))
        .await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    let packed = browser.get_with(css, ("accept-encoding", "gzip, br")).await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert_eq!(
        browser.get("/favicon.svg").await.header("content-type"),
        "image/svg+xml"
    );
}
