//! What lists and first pages tell in words: whose stock something went to, who sees a part of a customer alone, what is looked
//! for among many devices, and that a case nobody looks after stands among what wants a person.

use uuid::Uuid;
use vitalwire_server::identity::Organisation;
use vitalwire_server::tenancy::Permission;

use crate::choosing::stocked;
use crate::world::World;

#[tokio::test]
async fn a_move_from_stock_to_stock_says_whose_stocks_they_are() {
    let world = World::new().await;
    let meridian = world.distributor("Meridian").await;
    world.user("Root", Organisation::Platform, None).await;
    let root = world.signed_in("Root").await;
    let device = stocked(&world, "SCALE-1", None).await;
    let form = [("distributor", meridian.to_string())];
    let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
    let moved = root.submit(&format!("/devices/{device}/allocate"), &form).await;
    assert_eq!(moved.status, 303, "{}", moved.text);
    let page = root.get("/stock?q=scale-1").await.text;
    assert!(
        page.contains(">inventory<") && page.contains(">stock of Meridian<"),
        "{page}"
    );
    let own = world
        .signed_in("Meridian")
        .await
        .get("/stock?q=scale-1")
        .await
        .text;
    assert!(
        own.contains(">stock<") && !own.contains("stock of") && !own.contains(">inventory<"),
        "{own}"
    );
}

#[tokio::test]
async fn people_are_listed_with_what_they_see() {
    let world = World::new().await;
    let clinic = world.customer("Northside").await;
    let own = Organisation::Customer(clinic.id.into());
    for name in ["Wanda", "Zoe", "Nina"] {
        world.user(name, own, Some(&[Permission::ReadReadings])).await;
    }
    for (name, people) in [("Ward 4", vec!["wanda", "zoe"]), ("Cardiology", vec!["zoe"])] {
        let site: Uuid = world.state.ground().id();
        sqlx::query("insert into site (id, customer_id, name, created_at) values ($1, $2, $3, now())")
            .bind(site)
            .bind(clinic.id)
            .bind(name)
            .execute(&world.sql)
            .await
            .unwrap();
        for person in people {
            sqlx::query(
                "insert into site_member (site_id, user_id, customer_id)
                 select $1, id, customer_id from user_account where email = $2 || '@example.org'",
            )
            .bind(site)
            .bind(person)
            .execute(&world.sql)
            .await
            .unwrap();
        }
    }
    sqlx::query(
        "update user_account set confined = true where email like any (array['wanda@%', 'zoe@%', 'nina@%'])",
    )
    .execute(&world.sql)
    .await
    .unwrap();
    let list = world.signed_in("Northside").await.get("/users").await.text;
    let of = |name: &str| {
        let (_, rest) = list.split_once(name).unwrap();
        rest.split("</tr>").next().unwrap().to_owned()
    };
    assert!(of("Wanda User").contains("sees Ward 4 alone"), "{list}");
    assert!(
        of("Zoe User").contains("sees Cardiology and Ward 4 alone"),
        "{list}"
    );
    assert!(of("Nina User").contains("sees nothing yet"), "{list}");
    assert!(!of("Northside User").contains("sees "), "{list}");
}

#[tokio::test]
async fn devices_for_a_site_are_looked_for_by_the_address_and_put_there_by_the_form() {
    let world = World::new().await;
    let clinic = world.customer("Northside").await;
    let nurse = world.signed_in("Northside").await;
    let made = nurse.submit("/sites/new", &[("name", "Ward 4")]).await;
    let site = made.location().split('?').next().unwrap().to_owned();
    let path = format!("{site}/devices");
    let page = nurse.get(&format!("{path}?q=side-1")).await.text;
    assert!(
        page.contains(&format!("action=\"{path}\" method=\"get\"")),
        "{page}"
    );
    assert!(
        page.contains(&clinic.serial) && page.contains("value=\"side-1\""),
        "{page}"
    );
    let none = nurse.get(&format!("{path}?q=elsewhere")).await.text;
    assert!(
        !none.contains(&clinic.serial) && none.contains("No device that stands elsewhere fits."),
        "{none}"
    );
    let nothing = nurse.submit(&path, &[]).await;
    assert_eq!(nothing.status, 422);
    assert!(
        nothing.text.contains("Tick at least one device."),
        "{}",
        nothing.text
    );
    let device = clinic.device.to_string();
    let put = nurse.submit(&path, &[("device", &device)]).await;
    assert_eq!(put.status, 303, "{}", put.text);
    let page = nurse.get(&path).await.text;
    assert!(page.contains("Every device stands here already."), "{page}");
}

#[tokio::test]
async fn a_case_that_nobody_looks_after_stands_among_what_wants_a_person() {
    let world = World::new().await;
    let clinic = world.customer_of("Northside", None).await;
    world.user("Root", Organisation::Platform, None).await;
    let (nurse, root) = (world.signed_in("Northside").await, world.signed_in("Root").await);
    let before = root.get("/admin").await.text;
    assert!(!before.contains("nobody looks after it"), "{before}");
    let device = clinic.device.to_string();
    let case = [("device", device.as_str()), ("title", "Nothing arrives")];
    assert_eq!(nurse.submit("/cases/new", &case).await.status, 303);
    let page = root.get("/admin").await.text;
    assert!(
        page.contains("C-000001 nobody looks after it: Nothing arrives"),
        "{page}"
    );
    assert!(page.contains("1 case waits for you"), "{page}");
    let own: Uuid = sqlx::query_scalar("select id from user_account where email = 'root@example.org'")
        .fetch_one(&world.sql)
        .await
        .unwrap();
    sqlx::query("update support_case set assignee = $1, assignee_name = 'Root User'")
        .bind(own)
        .execute(&world.sql)
        .await
        .unwrap();
    let page = root.get("/admin").await.text;
    assert!(page.contains("C-000001 waits for you: Nothing arrives"), "{page}");
}
