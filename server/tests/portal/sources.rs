//! Vendors' clouds: from the account that somebody adds to the readings of a device that it spoke of.

mod secrets;
mod theirs;

use chrono::TimeDelta;
use serde_json::{Value, json};
use vitalwire_server::ground::Clock as _;
use vitalwire_server::identity::Organisation;

use crate::browser::{Answer, Browser};
use crate::world::{Customer, World};

const IMEI: &str = "864475040000000";
/// As the platform writes it.
const NAMED: &str = "86447504000000";
const SERIAL: &str = "100224300182";
/// The model of the world.
const MODEL: &str = "00000000-0000-0000-0000-000000000001";

/// A source that somebody added, and how its cloud reaches the platform.
struct Cloud {
    page: String,
    path: String,
    secret: String,
}

impl Cloud {
    /// Adds one of Transtek's by the form.
    async fn add(browser: &Browser, name: &str, more: &[(&str, &str)]) -> Self {
        let mut form = vec![("vendor", "transtek"), ("name", name)];
        form.extend(more);
        let made = browser.submit("/sources/new", &form).await;
        assert!(!made.location().contains('?'), "no address holds the secret");
        let page = made.location().to_owned();
        let (shown, again) = browser.follow_twice(&made).await;
        let secret = once(&shown);
        assert!(
            secret.starts_with("vws_") && !again.text.contains("vws_"),
            "{}",
            again.text
        );
        assert!(shown.text.contains("x-vitalwire-key"), "{}", shown.text);
        let path = format!("/v1/sources/transtek{}", page.strip_prefix("/sources").unwrap());
        let address = format!("data-copy=\"http://127.0.0.1{path}\"");
        assert!(again.text.contains(&address), "{address}: {}", again.text);
        Self { page, path, secret }
    }

    /// What the cloud is answered with this secret.
    async fn sends(&self, world: &World, secret: &str, body: &Value) -> u16 {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = http
            .post(format!("{}{}", world.url, self.path))
            .header("content-type", "application/json")
            .header("x-vitalwire-key", secret)
            .body(body.to_string());
        request.send().await.unwrap().status().as_u16()
    }

    /// Sends blood pressures with these systolic values, some minutes old.
    async fn measures(&self, world: &World, systolic: &[i32]) {
        for (minutes, systolic) in (1..).zip(systolic) {
            let at = (world.clock.now() - TimeDelta::minutes(minutes * 10)).timestamp();
            assert_eq!(self.sends(world, &self.secret, &cuff(at, *systolic)).await, 200);
        }
    }

    fn at(&self, verb: &str) -> String {
        format!("{}/{verb}", self.page)
    }
}

fn cuff(seconds: i64, systolic: i32) -> Value {
    json!({"deviceId": SERIAL, "isTest": false, "modelNumber": "TMB-2092-G", "createdAt": seconds,
        "data": {"data_type": "bpm_gen2_measure", "imei": IMEI, "sn": SERIAL, "user": 1, "sys": systolic, "dia": 78,
            "pul": 65, "ihb": false, "hand": false, "tri": false, "bat": 90, "sig": 20, "ts": seconds, "tz": "UTC-4"}})
}

/// The secret that a page shows once.
fn once(page: &Answer) -> String {
    let rest = page.text.split("data-copy=\"vws_").nth(1);
    let rest = rest.unwrap_or_else(|| panic!("no secret: {}", page.text));
    format!("vws_{}", rest.split('"').next().unwrap())
}

async fn step(browser: &Browser, path: &str, form: &[(&str, &str)], words: &str) -> Answer {
    let answer = browser.submit(path, form).await;
    assert_eq!(answer.status, 303, "{path}: {}", answer.text);
    let page = browser.get(answer.location()).await;
    assert_eq!(page.status, 200, "{}", answer.location());
    assert!(page.text.contains(words), "{path}: {words}: {}", page.text);
    answer
}

async fn refused(browser: &Browser, path: &str, form: &[(&str, &str)], status: u16, words: &[&str]) {
    let answer = browser.submit(path, form).await;
    assert_eq!(answer.status, status, "{path}: {}", answer.text);
    for words in words {
        assert!(answer.text.contains(words), "{path}: {words}: {}", answer.text);
    }
}

async fn readings(world: &World, customer: &Customer) -> i64 {
    sqlx::query_scalar("select count(*) from reading where customer_id = $1")
        .bind(customer.id)
        .fetch_one(&world.sql)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_clinic_adopts_a_device_that_its_vendor_s_cloud_spoke_of() {
    let world = World::new().await;
    let clinic = world.customer("Own").await;
    let browser = world.signed_in("Own").await;
    let empty = browser.get("/sources").await.text;
    assert!(
        empty.contains("No vendor clouds yet") && empty.contains("href=\"/sources/new\""),
        "{empty}"
    );
    let cloud = Cloud::add(&browser, "Our cuffs", &[]).await;
    let first = browser.get(&cloud.page).await.text;
    assert!(first.contains("waiting for its first message") && first.contains("It speaks for no device yet"));
    let at = world.clock.now().timestamp();
    assert_eq!(cloud.sends(&world, "vws_wrong", &cuff(at, 121)).await, 401);
    cloud.measures(&world, &[121, 122, 123]).await;

    let list = browser.get("/sources").await.text;
    assert!(list.contains("1 device waits to be adopted.") && list.contains("Our cuffs"));
    let page = browser.get(&cloud.page).await;
    assert!(
        page.text.contains("Devices that wait") && !page.shows("121"),
        "{}",
        page.text
    );
    let adopt = format!("{}?named={NAMED}", cloud.at("adopt"));
    assert!(page.text.contains(&format!("href=\"{adopt}\"")), "{}", page.text);
    let form = browser.get(&adopt).await.text;
    assert!(
        form.contains("3 messages of it wait") && form.contains(&format!("value=\"{NAMED}\"")),
        "{form}"
    );
    let adopt = cloud.at("adopt");
    let nothing = [("named", NAMED), ("serial", "")];
    refused(
        &browser,
        &adopt,
        &nothing,
        422,
        &["Choose a model.", "This is no serial"],
    )
    .await;
    let label = [("named", NAMED), ("serial", SERIAL), ("model", MODEL)];
    let made = step(&browser, &adopt, &label, "The device is yours since").await;

    let about = browser.get(made.location()).await.text;
    assert!(
        about.contains("Its 3 messages that waited are taken in."),
        "{about}"
    );
    assert!(
        about.contains(&format!("<a href=\"{}\">Our cuffs</a>", cloud.page))
            && about.contains(&format!("vw-break\">{NAMED}<")),
        "{about}"
    );
    assert_eq!(readings(&world, &clinic).await, 3);
    let device = made.location().split("/about").next().unwrap();
    let measured = browser.get(device).await;
    assert!(
        measured.shows("121") && measured.shows("123"),
        "{}",
        measured.text
    );
    step(
        &browser,
        &adopt,
        &label,
        "Nothing waits of a device of that name any more.",
    )
    .await;
    speaks_for(&browser, &cloud, device).await;
}

/// The device is taken away from the source and given back to it.
async fn speaks_for(browser: &Browser, cloud: &Cloud, device: &str) {
    let page = browser.get(&cloud.page).await.text;
    assert!(
        !page.contains("Devices that wait") && page.contains(&format!("href=\"{device}\"")),
        "{page}"
    );
    let id = device.strip_prefix("/devices/").unwrap();
    let gone = "It speaks for the device no more.";
    step(browser, &cloud.at("take-away"), &[("device", id)], gone).await;
    let page = browser.get(&cloud.page).await.text;
    assert!(page.contains("It speaks for no device yet"), "{page}");
    let about = browser.get(&format!("{device}/about")).await.text;
    assert!(!about.contains("Its name there"), "{about}");
    let by_serial = [("serial", SERIAL), ("named", IMEI)];
    step(
        browser,
        &cloud.at("devices"),
        &by_serial,
        "It speaks for the device from now on.",
    )
    .await;
    let page = browser.get(&cloud.page).await.text;
    assert!(page.contains(NAMED), "by the one form of its name: {page}");
}

#[tokio::test]
async fn the_platform_adopts_what_its_own_account_spoke_of_for_a_customer() {
    let world = World::new().await;
    let clinic = world.customer("Northside").await;
    world.user("Root", Organisation::Platform, None).await;
    let (root, nurse) = (world.signed_in("Root").await, world.signed_in("Northside").await);
    let cloud = Cloud::add(&root, "All cuffs", &[]).await;
    cloud.measures(&world, &[167]).await;
    let adopt = format!("{}?named={NAMED}", cloud.at("adopt"));
    for path in ["/sources", &cloud.page, &adopt, "/admin/quarantine"] {
        let page = root.get(path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        assert!(
            page.text.contains("All cuffs") && !page.shows("167"),
            "{path}: {}",
            page.text
        );
    }
    let waits = root.get("/admin/quarantine?q=all+cuffs").await.text;
    assert!(
        waits.contains(&format!("<a href=\"{}\">All cuffs</a>", cloud.page)),
        "{waits}"
    );
    assert_eq!(nurse.get(&cloud.page).await.status, 404);
    assert!(!nurse.get("/sources").await.text.contains("All cuffs"));

    let to = clinic.id.to_string();
    let label = [
        ("named", NAMED),
        ("serial", SERIAL),
        ("model", MODEL),
        ("customer", &to),
    ];
    let made = step(
        &root,
        &cloud.at("adopt"),
        &label,
        "The device is with Northside since",
    )
    .await;
    let device = root.get(made.location()).await;
    assert!(
        device.text.contains("Its message that waited is taken in."),
        "{}",
        device.text
    );
    assert!(
        device.text.contains("All cuffs") && !device.shows("167"),
        "{}",
        device.text
    );
    assert_eq!(readings(&world, &clinic).await, 1);
    let page = root.get(&cloud.page).await;
    assert!(page.text.contains(&format!("href=\"/customers/{to}\"")) && !page.shows("167"));
    let theirs = made.location().split('?').next().unwrap();
    assert!(nurse.get(theirs).await.shows("167"), "it is the clinic's");
    let about = nurse.get(&format!("{theirs}/about")).await.text;
    assert!(
        !about.contains("All cuffs"),
        "the platform's account is not the clinic's: {about}"
    );
}

#[tokio::test]
async fn what_nobody_held_stays_set_aside_in_the_inventory() {
    let world = World::new().await;
    world.user("Root", Organisation::Platform, None).await;
    let root = world.signed_in("Root").await;
    let cloud = Cloud::add(&root, "All cuffs", &[]).await;
    cloud.measures(&world, &[167, 168]).await;
    let label = [("named", NAMED), ("serial", SERIAL), ("model", MODEL)];
    let words = "The device lies in the inventory. Its 2 messages that waited stay set aside";
    step(&root, &cloud.at("adopt"), &label, words).await;
    let kept: i64 = sqlx::query_scalar("select count(*) from quarantine where state = 'waiting'")
        .fetch_one(&world.sql)
        .await
        .unwrap();
    assert_eq!(kept, 2);
}

#[tokio::test]
async fn the_list_is_narrowed_down_to_whose_accounts_they_are() {
    let world = World::new().await;
    let clinic = world.customer("Northside").await;
    world.user("Root", Organisation::Platform, None).await;
    let root = world.signed_in("Root").await;
    let ours = Cloud::add(&root, "All cuffs", &[]).await;
    let theirs = Cloud::add(&root, "Clinic cuffs", &[("customer", "northside")]).await;
    let nurse = world.signed_in("Northside").await;
    assert_eq!(nurse.get(&theirs.page).await.status, 200);
    let of_clinic = format!("/sources?holder={}", clinic.id);
    for (path, shown, hidden) in [
        ("/sources?holder=platform", "All cuffs", "Clinic cuffs"),
        (of_clinic.as_str(), "Clinic cuffs", "All cuffs"),
        ("/sources?q=CLINIC", "Clinic cuffs", "All cuffs"),
    ] {
        let list = root.get(path).await.text;
        assert!(list.contains(shown) && !list.contains(hidden), "{path}: {list}");
    }
    let none = root.get("/sources?vendor=tenovi").await.text;
    assert!(
        none.contains("Nothing matches") && none.contains("2 vendor clouds in all"),
        "{none}"
    );

    world.clock.advance(TimeDelta::hours(25));
    let root = world.signed_in("Root").await;
    let list = root.get("/sources").await.text;
    assert!(
        list.contains("never heard") && list.contains("2 vendor clouds are silent."),
        "{list}"
    );
    let page = root.get(&ours.page).await.text;
    assert!(page.contains("It was never heard since it was added"), "{page}");
    ours.measures(&world, &[121]).await;
    world
        .until("select count(*) from source where last_seen_at is not null", 1)
        .await;
    assert!(
        root.get("/sources")
            .await
            .text
            .contains("1 vendor cloud is silent.")
    );
    world.clock.advance(TimeDelta::hours(49));
    let root = world.signed_in("Root").await;
    let page = root.get(&ours.page).await.text;
    assert!(
        page.contains("silent for 2 days") && page.contains("Nothing has been heard of it for 2 days."),
        "{page}"
    );
}
