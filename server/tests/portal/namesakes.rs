//! Two organisations of one name: where a form is refused for it, and how those who see both tell them apart.

use uuid::Uuid;
use vitalwire_server::identity::Organisation;

use crate::browser::Browser;
use crate::world::World;

/// A form that is refused at one of its fields, with these words.
async fn refused_at(browser: &Browser, path: &str, form: &[(&str, &str)], field: &str, why: &str) {
    let page = browser.submit(path, form).await;
    assert_eq!(page.status, 422, "{path}: {}", page.text);
    let told = page
        .text
        .split("class=\"vw-form-error\"")
        .nth(1)
        .unwrap_or_default();
    let told = told.split("</p>").next().unwrap();
    assert!(told.contains(&format!("-{field}-error\"")), "{path}: {told}");
    assert!(told.ends_with(why), "{path}: {told}");
}

async fn set(world: &World, sql: &'static str, id: Uuid) {
    sqlx::query(sql).bind(id).execute(&world.sql).await.unwrap();
}

const CLOSED: &str = "update customer set state = 'closed' where id = $1";

#[tokio::test]
async fn forms_that_open_or_move_say_which_name_is_in_the_way() {
    let world = World::new().await;
    let (meridian, summit) = (
        world.distributor("Meridian").await,
        world.distributor("Summit").await,
    );
    let old = world.customer_of("North", Some(meridian)).await.id;
    let new = world.customer_of("South", Some(meridian)).await.id;
    let far = world.customer_of("East", Some(summit)).await.id;
    set(&world, CLOSED, old).await;
    for id in [new, far] {
        set(&world, "update customer set name = 'NORTH' where id = $1", id).await;
    }
    world.user("Root", Organisation::Platform, None).await;
    let root = world.signed_in("Root").await;
    let form = |name: &'static str, state: &'static str| {
        [
            ("name", name),
            ("time_zone", "UTC"),
            ("state", state),
            ("patient_mode", "device_only"),
        ]
    };
    let page = format!("/customers/{old}");
    let why = "Another customer is called so already; rename one of them, then this one can be opened again.";
    refused_at(&root, &page, &form("North", "active"), "name", why).await;
    let saved = root.submit(&page, &form("North West", "active")).await;
    assert_eq!(saved.status, 303, "{}", saved.text);

    let (moves, summit_id) = (format!("/customers/{new}/distributor"), summit.to_string());
    let why = "Another customer there is called so already; rename one of them, then this one can be moved.";
    refused_at(&root, &moves, &[("distributor", &summit_id)], "distributor", why).await;
    let moved = root.submit(&moves, &[("distributor", "")]).await;
    assert_eq!(moved.status, 303, "{}", moved.text);

    set(
        &world,
        "update distributor set state = 'closed' where id = $1",
        summit,
    )
    .await;
    set(
        &world,
        "update distributor set name = 'summit' where id = $1",
        meridian,
    )
    .await;
    let why =
        "Another distributor is called so already; rename one of them, then this one can be opened again.";
    let form = [("name", "Summit"), ("time_zone", "UTC"), ("state", "active")];
    refused_at(&root, &format!("/distributors/{summit}"), &form, "name", why).await;
}

#[tokio::test]
async fn a_customer_that_takes_another_s_name_is_told_apart_where_one_chooses() {
    let world = World::new().await;
    let meridian = world.distributor("Meridian").await;
    let (near, far) = (
        world.customer_of("Near", Some(meridian)).await.id,
        world.customer_of("Far", Some(meridian)).await.id,
    );
    for (id, added) in [(near, "2026-01-02 03:04:05Z"), (far, "2026-06-07 08:09:10Z")] {
        sqlx::query("update customer set created_at = $2::timestamptz, city = 'Buffalo' where id = $1")
            .bind(id)
            .bind(added)
            .execute(&world.sql)
            .await
            .unwrap();
    }
    let device = crate::choosing::stocked(&world, "B-1", Some(meridian)).await;
    let (seller, nurse) = (world.signed_in("Meridian").await, world.signed_in("Far").await);
    let place = format!("/devices/{device}");
    let chosen = |page: &str, id: Uuid| {
        let from = format!("<option value=\"{id}\">");
        let (_, rest) = page
            .split_once(&from)
            .unwrap_or_else(|| panic!("{from} in {page}"));
        rest.split('<').next().unwrap().to_owned()
    };
    let before = seller.get(&place).await.text;
    assert_eq!(
        (chosen(&before, near), chosen(&before, far)),
        ("Near".to_owned(), "Far".to_owned())
    );

    // It hears the same as of a name that nobody has.
    for name in ["Nobody's", "near"] {
        let form = [("name", name), ("time_zone", "UTC"), ("city", "Buffalo")];
        let saved = nurse.submit("/organization", &form).await;
        assert_eq!(
            (saved.status, saved.location()),
            (303, "/organization?said=saved")
        );
    }
    let after = seller.get(&place).await.text;
    let expected = (
        "Near · Buffalo · added 2026-01-02 03:04:05 UTC".to_owned(),
        "near · Buffalo · added 2026-06-07 08:09:10 UTC".to_owned(),
    );
    assert_eq!((chosen(&after, near), chosen(&after, far)), expected);
    let list = seller.get("/customers").await.text;
    for added in [
        "Buffalo · added 2026-01-02 03:04:05 UTC",
        "Buffalo · added 2026-06-07 08:09:10 UTC",
    ] {
        assert!(list.contains(added), "{added}: {list}");
    }
    // Where a name is typed, both are asked back.
    let typed = seller
        .submit(&format!("{place}/place"), &[("customer", "NEAR")])
        .await;
    assert_eq!(typed.status, 422, "{}", typed.text);
    assert_eq!((chosen(&typed.text, near), chosen(&typed.text, far)), expected);
}
