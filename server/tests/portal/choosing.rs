//! Pages on which something is chosen: a customer among many, a device for a customer, a site, a device of a reading.

use chrono::TimeDelta;
use uuid::Uuid;
use vitalwire_server::ground::Purpose;
use vitalwire_server::ground::ids::CustomerId;
use vitalwire_server::identity::Organisation;
use vitalwire_server::tenancy::Permission;

use crate::browser::Browser;
use crate::world::{Customer, World};

/// A device in the stock of a distributor, or in the inventory.
pub(crate) async fn stocked(world: &World, serial: &str, distributor: Option<Uuid>) -> Uuid {
    let id: Uuid = world.state.ground().id();
    sqlx::query(
        "with made as (
           insert into device (id, maker, serial, model_id, distributor_id, created_at, updated_at)
           values ($1, 'Omron', $2, $3, $4, now(), now()) returning id
         )
         insert into assignment (id, device_id, distributor_id, valid_from, created_at)
         select id, id, $4, now() - interval '1 hour', now() from made",
    )
    .bind(id)
    .bind(serial)
    .bind(Uuid::from_u128(1))
    .bind(distributor)
    .execute(&world.sql)
    .await
    .unwrap();
    id
}

async fn step(browser: &Browser, path: &str, form: &[(&str, &str)], words: &str) -> String {
    let answer = browser.submit(path, form).await;
    assert_eq!(answer.status, 303, "{path}: {}", answer.text);
    let page = browser.get(answer.location()).await;
    assert!(page.text.contains(words), "{path}: {words}: {}", page.text);
    page.text
}

fn of(clinic: &Customer) -> Organisation {
    Organisation::Customer(CustomerId::from(clinic.id))
}

async fn site(world: &World, clinic: &Customer, name: &str) -> Uuid {
    let id: Uuid = world.state.ground().id();
    sqlx::query("insert into site (id, customer_id, name, created_at) values ($1, $2, $3, now())")
        .bind(id)
        .bind(clinic.id)
        .bind(name)
        .execute(&world.sql)
        .await
        .unwrap();
    id
}

#[tokio::test]
async fn one_of_many_customers_is_found_by_a_part_of_its_name() {
    let world = World::new().await;
    world.user("Root", Organisation::Platform, None).await;
    sqlx::query(
        "insert into customer (id, name, city, created_at)
         select gen_random_uuid(), 'Clinic ' || n, null, now() from generate_series(1, 200) n
         union all select gen_random_uuid(), v.name, v.city, now() from (values
           ('Northside Hospital', 'Rochester'), ('Northgate', null), ('Twins', 'Buffalo'), ('Twins', 'Albany')) v(name, city)",
    )
    .execute(&world.sql)
    .await
    .unwrap();
    let device = stocked(&world, "B-1", None).await;
    let root = world.signed_in("Root").await;
    let (page, place) = (format!("/devices/{device}"), format!("/devices/{device}/place"));
    assert!(
        root.get(&page).await.text.contains("Part of its name"),
        "too many for a list"
    );

    let several = root.submit(&place, &[("customer", "north")]).await;
    assert_eq!(several.status, 422);
    let text = &several.text;
    assert!(
        text.contains("Choose the customer that you mean.")
            && text.contains(r#"<option value="Northside Hospital">Northside Hospital · Rochester</option>"#)
            && text.contains(r#"<option value="Northgate">"#)
            && !text.contains("Clinic 7<"),
        "{text}"
    );
    assert!(
        text.contains(r#"name="customer_q" value="north""#),
        "what was typed stays"
    );
    let many = root.submit(&place, &[("customer", "clinic")]).await;
    assert!(many.text.contains("these are the first 20"), "{}", many.text);
    // Nothing chosen, and another name typed below.
    let again = root
        .submit(&place, &[("customer", ""), ("customer_q", "twins")])
        .await;
    let twins = again.text.matches(" · Buffalo<").count() + again.text.matches(" · Albany<").count();
    assert_eq!((again.status, twins), (422, 2), "two of one name are told apart");
    let none = root.submit(&place, &[("customer", "nowhere")]).await;
    assert!(none.text.contains("No customer has this in its name."));

    step(
        &root,
        &place,
        &[("customer", "Northgate"), ("customer_q", "north")],
        "The device is placed.",
    )
    .await;
    let holder: String = sqlx::query_scalar(
        "select c.name from customer c join device d on d.customer_id = c.id where d.id = $1",
    )
    .bind(device)
    .fetch_one(&world.sql)
    .await
    .unwrap();
    assert_eq!(holder, "Northgate");
}

/// Whoever is chosen stays chosen while something else on the form is wrong.
#[tokio::test]
async fn a_name_that_was_chosen_stays_when_the_form_comes_back() {
    let world = World::new().await;
    world.user("Root", Organisation::Platform, None).await;
    sqlx::query(
        "insert into customer (id, name, created_at)
         select gen_random_uuid(), 'Clinic ' || n, now() from generate_series(1, 201) n",
    )
    .execute(&world.sql)
    .await
    .unwrap();
    let root = world.signed_in("Root").await;
    let model = Uuid::from_u128(1).to_string();
    let form = [
        ("model", model.as_str()),
        ("serial", "N-1"),
        ("imei", "1"),
        ("customer", "Clinic 77"),
    ];
    let wrong = root.submit("/devices/new", &form).await;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.text.contains(r#"name="customer" value="Clinic 77""#),
        "{}",
        wrong.text
    );
}

#[tokio::test]
async fn a_device_is_placed_from_the_page_of_its_customer() {
    let world = World::new().await;
    let distributor = world.distributor("Meridian").await;
    let clinic = world.customer_of("Northside", Some(distributor)).await;
    let other = world.customer("Elsewhere").await;
    let free = stocked(&world, "FREE-1", Some(distributor)).await;
    let promised = stocked(&world, "GOES-BACK-1", Some(distributor)).await;
    stocked(&world, "INVENTORY-1", None).await;
    sqlx::query("update device set reserved_for = 'return' where id = $1")
        .bind(promised)
        .execute(&world.sql)
        .await
        .unwrap();
    let seller = world.signed_in("Meridian").await;
    let path = format!("/customers/{}/place", clinic.id);
    let customer = seller.get(&format!("/customers/{}", clinic.id)).await;
    assert!(customer.text.contains(&path), "{}", customer.text);
    let offered = seller.get(&path).await;
    assert!(offered.text.contains("Place a device with Northside") && offered.text.contains("FREE-1"));
    assert!(
        !offered.text.contains("GOES-BACK-1")
            && !offered.text.contains("INVENTORY-1")
            && !offered.text.contains(&clinic.serial)
    );
    // The search is a form of its own, which only looks.
    let looked = seller.get(&format!("{path}?q=nothing+like+it")).await;
    assert!(looked.text.contains("No device in stock fits.") && looked.text.contains("nothing like it"));
    let (search, place) = looked.text.split_once("class=\"vw-sheet\"").expect("both forms");
    assert!(search.contains("role=\"search\"") && !place.contains("type=\"search\""));
    let unchosen = seller.submit(&path, &[("q", "FREE")]).await;
    assert_eq!(unchosen.status, 422);
    assert!(
        unchosen.text.contains("Choose a device.") && unchosen.text.contains("FREE-1"),
        "{}",
        unchosen.text
    );

    let (free, promised) = (free.to_string(), promised.to_string());
    let refused = seller.submit(&path, &[("device", promised.as_str())]).await;
    assert_eq!(refused.status, 409);
    assert!(
        refused.text.contains("go back to the platform"),
        "{}",
        refused.text
    );
    let foreign = format!("/customers/{}/place", other.id);
    assert_eq!(seller.get(&foreign).await.status, 404);
    assert_eq!(
        seller.post(&foreign, &[("device", &free)]).await.status,
        403,
        "without its token"
    );
    step(&seller, &path, &[("device", &free)], "The device is placed.").await;
    let holder: Option<Uuid> = sqlx::query_scalar("select customer_id from device where id = $1::uuid")
        .bind(&free)
        .fetch_one(&world.sql)
        .await
        .unwrap();
    assert_eq!(holder, Some(clinic.id));
    let nurse = world.signed_in("Northside").await;
    assert_eq!(nurse.get(&path).await.status, 403);
}

#[tokio::test]
async fn who_manages_devices_says_at_which_site_they_stand() {
    let world = World::new().await;
    let clinic = world.customer("Northside").await;
    let ward = site(&world, &clinic, "Ward 3").await;
    world
        .user("Tech", of(&clinic), Some(&[Permission::ManageDevices]))
        .await;
    world
        .user("Planner", of(&clinic), Some(&[Permission::ManageSites]))
        .await;
    world.user("Viewer", of(&clinic), Some(&[])).await;
    let about = format!("/devices/{}/about", clinic.device);
    let (device, hub) = (
        format!("/devices/{}/site", clinic.device),
        format!("/hubs/{}/site", clinic.hub),
    );
    let ward = ward.to_string();
    for name in ["Tech", "Planner"] {
        let browser = world.signed_in(name).await;
        let page = browser.get(&about).await;
        assert!(page.text.contains("Say where it stands"), "{name}: {}", page.text);
        step(&browser, &device, &[("site", &ward)], "Ward 3").await;
        step(&browser, &hub, &[("site", &ward)], "Ward 3").await;
        step(&browser, &device, &[("site", "")], "Nowhere in particular").await;
    }
    let viewer = world.signed_in("Viewer").await;
    assert!(!viewer.get(&about).await.text.contains("Say where it stands"));
    assert_eq!(viewer.submit(&device, &[("site", &ward)]).await.status, 403);
    // Who sees a part alone moves nothing out of their own sight.
    sqlx::query("update user_account set confined = true where email = 'tech@example.org'")
        .execute(&world.sql)
        .await
        .unwrap();
    sqlx::query("update device set site_id = $1::uuid where id = $2")
        .bind(&ward)
        .bind(clinic.device)
        .execute(&world.sql)
        .await
        .unwrap();
    sqlx::query(
        "insert into site_member (site_id, user_id, customer_id)
         select $1::uuid, id, customer_id from user_account where email = 'tech@example.org'",
    )
    .bind(&ward)
    .execute(&world.sql)
    .await
    .unwrap();
    let tech = world.signed_in("Tech").await;
    let page = tech.get(&about).await;
    assert_eq!(page.status, 200);
    assert!(!page.text.contains("Say where it stands"));
    assert_eq!(tech.submit(&device, &[("site", "")]).await.status, 403);
}

#[tokio::test]
async fn an_invitation_says_which_sites_somebody_will_see() {
    let world = World::new().await;
    let clinic = world.customer("Northside").await;
    let cleo = world.signed_in("Northside").await;
    let plain = cleo.get("/users/invite").await;
    assert!(
        !plain.text.contains("They see"),
        "without sites there is nothing to say"
    );
    let (ward, hall) = (
        site(&world, &clinic, "Ward 3").await.to_string(),
        site(&world, &clinic, "Hall").await.to_string(),
    );
    let other = world.customer("Elsewhere").await;
    let foreign = site(&world, &other, "Theirs").await.to_string();
    let form = cleo.get("/users/invite").await;
    assert!(form.text.contains("They see") && form.text.contains("Ward 3") && !form.text.contains("Theirs"));

    let of_the_whole = [
        ("name", "Max"),
        ("email", "max@example.org"),
        ("bundle", "administrator"),
        ("sees", "sites"),
        ("site", &ward),
    ];
    let refused = cleo.submit("/users/invite", &of_the_whole).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused
            .text
            .contains("cannot manage people, sites or the endpoint")
            && refused.text.contains(&format!(r#"value="{ward}" checked"#)),
        "what was ticked stays: {}",
        refused.text
    );
    let someone = [
        ("name", "Nora"),
        ("email", "nora@example.org"),
        ("bundle", "technician"),
        ("sees", "sites"),
    ];
    let at_foreign = [&someone[..], &[("site", foreign.as_str())]].concat();
    let at_ward = [&someone[..], &[("site", ward.as_str())]].concat();
    let theirs = cleo.submit("/users/invite", &at_foreign).await;
    assert_ne!(theirs.status, 303, "another customer's site");
    step(&cleo, "/users/invite", &at_ward, "The invitation is on its way.").await;
    let (confined, sites): (bool, Vec<Uuid>) =
        sqlx::query_as("select confined, site_ids from invitation where email = 'nora@example.org'")
            .fetch_one(&world.sql)
            .await
            .unwrap();
    assert_eq!((confined, sites), (true, vec![ward.parse().unwrap()]));
    assert!(!hall.is_empty());
}

#[tokio::test]
async fn a_device_that_nobody_registered_is_added_by_a_reading() {
    let world = World::new().await;
    let clinic = world.customer("Northside").await;
    world.user("Root", Organisation::Platform, None).await;
    let nurse = world.signed_in("Northside").await;
    let code = nurse.get("/devices/adopt").await;
    assert!(code.text.contains("/devices/adopt/ask"));
    let model = Uuid::from_u128(1).to_string();
    let empty = nurse.submit("/devices/adopt/ask", &[("model", &model)]).await;
    assert_eq!(empty.status, 422);
    assert!(empty.text.contains("Type the serial as it stands on the device."));
    let which = [("serial", "BOUGHT-1"), ("model", model.as_str())];
    let asked = nurse.submit("/devices/adopt/ask", &which).await;
    assert_eq!(asked.status, 200, "{}", asked.text);
    assert!(
        asked.text.contains("Measure with the Omron HEM-7142T1 BOUGHT-1")
            && asked.text.contains("quarter of an hour")
    );
    let ticket = hidden(&asked.text, "ticket");
    let taken = [&which[..], &[("ticket", ticket.as_str())]].concat();
    // The form's own token is the session's, so any page of theirs gives it.
    let nothing = nurse.submit("/devices/adopt/reading", &taken).await;
    assert_eq!(nothing.status, 409);
    assert!(
        nothing.text.contains("No reading of it has arrived"),
        "{}",
        nothing.text
    );
    assert_eq!(
        hidden(&nothing.text, "ticket"),
        ticket,
        "the same ticket, once more"
    );

    world.clock.advance(TimeDelta::seconds(5));
    heard(&world, &clinic, "BOUGHT-1").await;
    let forged = [&which[..], &[("ticket", "AAAA")]].concat();
    let refused = nurse.submit("/devices/adopt/reading", &forged).await;
    assert_eq!(refused.status, 409);
    let done = nurse.submit("/devices/adopt/reading", &taken).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let page = nurse.get(done.location()).await;
    assert!(page.text.contains("The device is yours.") && page.text.contains("BOUGHT-1"));
    let root = world.signed_in("Root").await;
    assert_eq!(root.get("/devices/adopt/ask").await.status, 403);
}

fn hidden(page: &str, name: &str) -> String {
    let field = format!(r#"name="{name}" value=""#);
    let rest = page
        .split(&field)
        .nth(1)
        .unwrap_or_else(|| panic!("no {name} in {page}"));
    rest.split('"').next().unwrap().to_owned()
}

/// What intake keeps of a reading that the clinic's confirmed hub signed, of a device that nobody seems to have.
async fn heard(world: &World, clinic: &Customer, serial: &str) {
    let ground = world.state.ground();
    sqlx::query(
        "update hub set state = 'active', public_key = sha256('k'), fingerprint = 'aa', claimed_at = now(),
           confirmed_at = now() where id = $1",
    )
    .bind(clinic.hub)
    .execute(&world.sql)
    .await
    .unwrap();
    let id: Uuid = ground.id();
    let item = format!(
        r#"{{"device":"{serial}","maker":"Omron","kind":"blood_pressure","values":{{"systolic":121,"diastolic":79}}}}"#
    );
    sqlx::query(
        "insert into quarantine (id, received_at, customer_id, hub_id, serial, reason, item_sealed, item_hmac, raw_id, jwt)
         values ($1, $2, $3, $4, $5, 'unknown_device', $6, sha256($1::text::bytea), $1, 'a.b.c')",
    )
    .bind(id)
    .bind(ground.now())
    .bind(clinic.id)
    .bind(clinic.hub)
    .bind(serial)
    .bind(ground.keys().seal(Purpose::Quarantine, id.as_bytes(), item.as_bytes()))
    .execute(&world.sql)
    .await
    .unwrap();
}
