//! A hub from its claim code to its confirmed key, and its way from stock to a ward and back.

use uuid::Uuid;
use vitalwire_server::identity::Organisation;
use vitalwire_server::registry::system_claim;

use crate::browser::Browser;
use crate::world::World;

#[tokio::test]
async fn a_hub_is_claimed_and_its_key_compared() {
    let world = World::new().await;
    let customer = world.customer("Own").await;
    let browser = world.signed_in("Own").await;
    let at = |verb: &str| format!("/hubs/{}/{verb}", customer.hub);
    let own = format!("/hubs/{}", customer.hub);
    let fingerprint = claim(&world, &browser, &own, 9).await;
    let page = browser.get(&own).await.text;
    assert!(page.contains("Does the hub show this fingerprint?"));
    assert!(
        browser
            .get("/hubs")
            .await
            .text
            .contains("1 hub waits to be confirmed.")
    );
    world.user("Ada", Organisation::Platform, None).await;
    let platform = world.signed_in("Ada").await;
    let wanted = "the key of ";
    assert!(platform.get("/admin").await.text.contains(wanted));

    let wrong = browser.submit(&at("confirm"), &[("fingerprint", "00:00")]).await;
    assert_eq!(wrong.status, 409);
    assert!(
        wrong.text.contains("Does the hub show this fingerprint?"),
        "one can try again"
    );
    step(&world, &browser, &at("refuse"), &[], "The key is refused.").await;
    let refused = browser
        .submit(&at("confirm"), &[("fingerprint", &fingerprint)])
        .await;
    assert_eq!(refused.status, 409, "what was refused is not believed");

    let fingerprint = claim(&world, &browser, &own, 8).await;
    step(
        &world,
        &browser,
        &at("confirm"),
        &[("fingerprint", &fingerprint)],
        "The hub is confirmed.",
    )
    .await;
    assert!(!platform.get("/admin").await.text.contains(wanted));
    let again = browser.submit(&at("claim-code"), &[]).await;
    assert_eq!(again.status, 409, "an active hub takes no other key");
    step(
        &world,
        &browser,
        &at("name"),
        &[("name", "Ward 7")],
        "The name is saved.",
    )
    .await;
    assert!(browser.get("/hubs").await.text.contains("Ward 7"));
    let nameless = browser.submit(&at("name"), &[]).await;
    assert_eq!(nameless.status, 422);
    assert!(nameless.text.contains("Must have 1 to 200 characters"));

    step(
        &world,
        &browser,
        &at("command"),
        &[("command", "ping")],
        "The command is on its way",
    )
    .await;
    assert!(browser.get(&own).await.text.contains("waits for the hub"));
    let twice = browser.submit(&at("command"), &[("command", "ping")]).await;
    assert_eq!(twice.status, 409);
    assert_eq!(
        browser
            .submit(&at("command"), &[("command", "explode")])
            .await
            .status,
        422
    );
    step(&world, &browser, &at("deactivate"), &[], "The hub is inactive").await;
    step(&world, &browser, &at("activate"), &[], "The hub is active").await;
    let log = browser.get(&format!("{own}/logs/{}", Uuid::from_u128(7))).await;
    assert_eq!(log.status, 404);
}

/// What a customer adds is its own, and worth nothing until it is claimed.
#[tokio::test]
async fn a_customer_adds_a_hub_of_its_own() {
    let world = World::new().await;
    let distributor = world.distributor("Meridian").await;
    let clinic = world.customer_of("Northside", Some(distributor)).await;
    let other = world.customer_of("Southside", Some(distributor)).await;
    let nurse = world.signed_in("Northside").await;
    assert!(nurse.get("/hubs").await.text.contains("href=\"/hubs/new\""));
    let form = nurse.get("/hubs/new").await;
    assert!(form.status == 200 && !form.text.contains("Where it goes"));
    let other = other.id.to_string();
    let new = [
        ("serial", "HB-1"),
        ("name", "Ward 1"),
        ("customer", other.as_str()),
    ];
    step(&world, &nurse, "/hubs/new", &new, "The hub is added.").await;
    let made: (Uuid, Option<Uuid>, String) =
        sqlx::query_as("select customer_id, distributor_id, state from hub where serial = 'HB-1'")
            .fetch_one(&world.sql)
            .await
            .unwrap();
    assert_eq!(made, (clinic.id, Some(distributor), "unclaimed".to_owned()));
    let may = [vitalwire_server::tenancy::Permission::ReadReadings];
    let organisation = Organisation::Customer(clinic.id.into());
    world.user("Reader", organisation, Some(&may)).await;
    let reader = world.signed_in("Reader").await;
    assert!(!reader.get("/hubs").await.text.contains("href=\"/hubs/new\""));
    assert_eq!(reader.get("/hubs/new").await.status, 403);
}

#[tokio::test]
async fn a_hub_goes_from_stock_to_a_ward_and_back() {
    let world = World::new().await;
    let distributor = world.distributor("Meridian").await;
    let clinic = world.customer_of("Northside", Some(distributor)).await;
    world.distributor("Elsewhere").await;
    world.user("Root", Organisation::Platform, None).await;
    let root = world.signed_in("Root").await;
    let seller = world.signed_in("Meridian").await;
    let nurse = world.signed_in("Northside").await;
    let new = [("serial", "HB-77"), ("name", "Ward 9")];
    step(&world, &root, "/hubs/new", &new, "The hub is added.").await;
    let id: Uuid = sqlx::query_scalar("select id from hub where serial = 'HB-77'")
        .fetch_one(&world.sql)
        .await
        .unwrap();
    let page = format!("/hubs/{id}");
    let at = |verb: &str| format!("/hubs/{id}/{verb}");
    assert_eq!(seller.get(&page).await.status, 404);
    let (to, clinic_id) = (distributor.to_string(), clinic.id.to_string());
    step(
        &world,
        &root,
        &at("allocate"),
        &[("distributor", &to)],
        "The hub is allocated",
    )
    .await;
    let nobody = seller.submit(&at("place"), &[]).await;
    assert_eq!(nobody.status, 422);
    assert!(nobody.text.contains("Choose a customer."));
    step(
        &world,
        &seller,
        &at("place"),
        &[("customer", &clinic_id)],
        "The hub is placed.",
    )
    .await;
    assert!(seller.get("/stock").await.text.contains("HB-77"));
    assert!(nurse.get("/hubs").await.text.contains("Ward 9"));
    let stranger = world.signed_in("Elsewhere").await;
    assert_eq!(stranger.get(&page).await.status, 404);
    assert_eq!(
        stranger
            .submit(&at("place"), &[("customer", &clinic_id)])
            .await
            .status,
        404
    );
    let gone = nurse.submit(&at("return"), &[]).await;
    assert_eq!(gone.location(), "/hubs?said=hub-returned");
    assert!(
        nurse
            .get(gone.location())
            .await
            .text
            .contains("The hub is given back.")
    );
    assert_eq!(nurse.get(&page).await.status, 404);
    step(&world, &root, &at("recall"), &[], "back in the platform").await;
    step(&world, &root, &at("retire"), &[], "out of use for good").await;
    let unknown = [("serial", "HB-78"), ("customer", "nobody of that name")];
    assert_eq!(seller.submit("/hubs/new", &unknown).await.status, 422);
}

/// Makes a code on the hub's page and lets a box claim it; the fingerprint of the key that it leaves.
async fn claim(world: &World, browser: &Browser, hub: &str, key: u8) -> String {
    let made = browser.submit(&format!("{hub}/claim-code"), &[]).await;
    assert!(!made.location().contains('?'), "no address holds it");
    let (page, again) = browser.follow_twice(&made).await;
    let code = page.text.split("vw-code big\"><code>").nth(1).unwrap();
    let code = code.split('<').next().unwrap();
    assert!(!again.text.contains(code), "shown once");
    let cookie = made.header("set-cookie").split(';').next().unwrap();
    let elsewhere = browser.get_with("/hubs", ("cookie", cookie)).await;
    assert!(!elsewhere.text.contains(code));
    let others = world.browser().get_with(hub, ("cookie", cookie)).await;
    assert!(!others.text.contains(code), "it is this session's");
    world.clock.advance(chrono::TimeDelta::seconds(61));
    assert!(
        !browser
            .get_with(hub, ("cookie", cookie))
            .await
            .text
            .contains(code),
        "for a minute"
    );
    let (ground, database) = (world.state.ground(), world.state.database());
    let claimed = system_claim(ground, database, code, &[key; 32], None).await;
    claimed.unwrap().fingerprint
}

async fn step(world: &World, browser: &Browser, path: &str, form: &[(&str, &str)], words: &str) {
    world.clock.advance(chrono::TimeDelta::seconds(1));
    let answer = browser.submit(path, form).await;
    assert_eq!(answer.status, 303, "{path}: {}", answer.text);
    let page = browser.get(answer.location()).await;
    assert_eq!(page.status, 200, "{}", answer.location());
    assert!(page.text.contains(words), "{path}: {words}");
}
