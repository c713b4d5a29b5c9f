//! People's pages: one's own account and what it changes everywhere, and those whom one manages.

use chrono::TimeDelta;
use serde_json::Value;
use vitalwire_server::identity::Organisation;
use vitalwire_server::tenancy::Permission;

use crate::browser::Browser;
use crate::world::{PASSWORD, World};

const CHOSEN: [(&str, &str); 6] = [
    ("time_zone", "Europe/Berlin"),
    ("pressure", "kPa"),
    ("mass", "lb"),
    ("glucose", "mmol/L"),
    ("temperature", "[degF]"),
    ("look", "dark"),
];

#[tokio::test]
async fn a_person_s_units_zone_and_look_are_on_every_page_and_nowhere_else() {
    let world = World::new().await;
    let customer = world.customer("Northside").await;
    let customer_id = customer.id;
    world
        .user("Colleague", Organisation::Customer(customer_id.into()), None)
        .await;
    world
        .commit(
            &customer,
            &[
                (TimeDelta::seconds(5), 120, 80),
                (TimeDelta::seconds(9), 171, 104),
            ],
        )
        .await;
    world.route().await;
    let (browser, colleague) = (
        world.signed_in("Northside").await,
        world.signed_in("Colleague").await,
    );
    let device = format!("/devices/{}", customer.device);

    let forged = browser.post("/account", &CHOSEN).await;
    assert_eq!(forged.status, 403);
    let saved = browser.submit("/account", &CHOSEN).await;
    assert_eq!(saved.location(), "/account?said=account-saved", "{}", saved.text);
    let mut nowhere = CHOSEN;
    nowhere[0].1 = "Atlantis/Capital";
    assert_eq!(browser.submit("/account", &nowhere).await.status, 422);

    let account = browser.get("/account?said=account-saved").await;
    for shown in [
        "data-theme=\"dark\"",
        "value=\"kPa\" selected",
        "value=\"Europe/Berlin\" selected",
    ] {
        assert!(account.text.contains(shown), "{shown}: {}", account.text);
    }
    let page = browser.get(&device).await;
    for shown in ["16.0", "10.7", "kPa", "22.8", "13.9", "19.4<em>/</em>12.3"] {
        assert!(page.text.contains(shown), "{shown}: {}", page.text);
    }
    assert!(!page.text.contains("mmHg"), "{}", page.text);
    let list = browser.get("/devices").await;
    assert!(
        list.text.contains("kPa") && list.text.contains("16.0"),
        "{}",
        list.text
    );

    let series = browser.get(&format!("{device}?range=24h")).await.series();
    let near = |value: &Value, expected: f64| (value.as_f64().unwrap() - expected).abs() < 0.001;
    assert_eq!(
        (&series["unit"], &series["time_zone"]),
        (&"kPa".into(), &"Europe/Berlin".into())
    );
    assert!(near(&series["points"][1]["v"]["systolic"], 15.9986), "{series}");
    assert!(near(&series["bands"][0]["high"], 17.9985), "{series}");
    assert!(near(&series["shown"]["factor"], 0.133_322), "{series}");

    let other = colleague.get(&device).await;
    assert!(
        other.text.contains("mmHg") && !other.text.contains("kPa<"),
        "{}",
        other.text
    );
    let stored: Vec<String> = sqlx::query_scalar("select vals->>'systolic' from reading order by 1")
        .fetch_all(&world.sql)
        .await
        .unwrap();
    assert_eq!(stored, ["120", "171"], "what is stored stays as it was measured");
}

#[tokio::test]
async fn one_s_own_password_is_changed_on_the_account_s_page() {
    let world = World::new().await;
    world.customer("Northside").await;
    let browser = world.signed_in("Northside").await;
    let change = async |present: &str, password: &str, again: &str| {
        let form = [("present", present), ("password", password), ("again", again)];
        let page = browser.get("/account").await;
        let mut form = form.to_vec();
        let csrf = page.csrf();
        form.push(("csrf", csrf.as_str()));
        browser.post("/account/password", &form).await
    };
    let new = "quite another one of these";
    for (present, password, again, said) in [
        (PASSWORD, new, "not the same", "not the same password"),
        ("not it", new, new, "present password is wrong"),
        (PASSWORD, "short", "short", "at least 12 characters"),
    ] {
        let refused = change(present, password, again).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains(said), "{said}: {}", refused.text);
        assert!(!refused.text.contains(PASSWORD));
    }
    let changed = change(PASSWORD, new, new).await;
    assert_eq!(changed.location(), "/account?said=own-password-changed");
    assert_eq!(browser.get("/devices").await.status, 200, "this session goes on");
}

/// A form of the page that holds it.
async fn send(browser: &Browser, page: &str, path: &str, form: &[(&str, &str)]) -> crate::browser::Answer {
    let csrf = browser.get(page).await.csrf();
    let mut form = form.to_vec();
    form.push(("csrf", csrf.as_str()));
    let forged = browser.post(path, &form[..form.len() - 1]).await;
    assert_eq!(forged.status, 403, "{path} without its token");
    browser.post(path, &form).await
}

#[tokio::test]
async fn people_are_invited_on_their_pages() {
    let world = World::new().await;
    let own = world.customer("Northside").await;
    world.customer("Other").await;
    world
        .user(
            "Nurse",
            Organisation::Customer(own.id.into()),
            Some(&[Permission::ReadReadings]),
        )
        .await;
    let browser = world.signed_in("Northside").await;
    let lena = [
        ("name", "Lena Ortiz"),
        ("email", "lena@northside.example"),
        ("bundle", "technician"),
    ];
    let invited = send(&browser, "/users/invite", "/users/invite", &lena).await;
    assert_eq!(invited.location(), "/users?said=invited", "{}", invited.text);
    let again = send(&browser, "/users/invite", "/users/invite", &lena).await;
    assert_eq!(again.status, 422);
    assert!(
        again.text.contains("invited already") && again.text.contains("Lena Ortiz"),
        "{}",
        again.text
    );
    let roleless = send(&browser, "/users/invite", "/users/invite", &lena[..2]).await;
    assert_eq!(roleless.status, 422);

    let list = browser.get("/users?said=invited").await;
    for shown in [
        "Lena Ortiz",
        "Technician",
        "mail on its way",
        "Nurse",
        "Clinician",
        "on its way",
    ] {
        assert!(list.text.contains(shown), "{shown}: {}", list.text);
    }
    assert!(!list.text.contains("other@example.org"), "{}", list.text);
    let found = browser.get("/users?q=nurs").await;
    assert!(found.text.contains("nurse@example.org") && !found.text.contains("northside@example.org"));

    let invitation: uuid::Uuid = sqlx::query_scalar("select id from invitation")
        .fetch_one(&world.sql)
        .await
        .unwrap();
    let path = format!("/invitations/{invitation}");
    let sent = send(&browser, "/users", &format!("{path}/send-again"), &[]).await;
    assert_eq!(sent.location(), "/users?said=sent-again");
    let back = send(&browser, "/users", &format!("{path}/revoke"), &[]).await;
    assert_eq!(back.location(), "/users?said=taken-back");
    assert!(!browser.get("/users").await.text.contains("Lena Ortiz"));
}

#[tokio::test]
async fn people_are_changed_and_disabled_on_their_pages() {
    let world = World::new().await;
    let (own, other) = (world.customer("Northside").await, world.customer("Other").await);
    world
        .user(
            "Nurse",
            Organisation::Customer(own.id.into()),
            Some(&[Permission::ReadReadings]),
        )
        .await;
    let browser = world.signed_in("Northside").await;
    let id = async |email: &'static str| -> uuid::Uuid {
        sqlx::query_scalar("select id from user_account where email = $1")
            .bind(email)
            .fetch_one(&world.sql)
            .await
            .unwrap()
    };
    let nurse = format!("/users/{}", id("nurse@example.org").await);
    let page = browser.get(&nurse).await;
    assert!(page.text.contains("Clinician"), "{}", page.text);
    let saved = send(
        &browser,
        &nurse,
        &format!("{nurse}/permissions"),
        &[("bundle", "integrator")],
    )
    .await;
    assert_eq!(saved.status, 303, "{}", saved.text);
    assert!(browser.get(&nurse).await.text.contains("Integrator"));
    let ticked = [
        ("bundle", ""),
        ("permission", "manage_devices"),
        ("permission", "manage_users"),
    ];
    send(&browser, &nurse, &format!("{nurse}/permissions"), &ticked).await;
    let page = browser.get(&nurse).await;
    assert!(page.text.contains("Manage devices and hubs, "), "{}", page.text);
    let disabled = send(
        &browser,
        &nurse,
        &format!("{nurse}/state"),
        &[("state", "disabled")],
    )
    .await;
    assert_eq!(disabled.status, 303, "{}", disabled.text);
    assert!(browser.get(&nurse).await.text.contains("disabled"));

    let stranger = sqlx::query_scalar::<_, uuid::Uuid>("select id from user_account where customer_id = $1")
        .bind(other.id)
        .fetch_one(&world.sql)
        .await
        .unwrap();
    let foreign = format!("/users/{stranger}");
    assert_eq!(browser.get(&foreign).await.status, 404);
    let csrf = browser.get("/users/invite").await.csrf();
    for (what, value) in [("state", "disabled"), ("permissions", "")] {
        let form = [("csrf", csrf.as_str()), (what, value)];
        let refused = browser.post(&format!("{foreign}/{what}"), &form).await;
        assert_eq!(refused.status, 404, "{what}");
    }
}
