//! What came and went, and who did it; and how many devices are with customers, alike on every page.

use uuid::Uuid;
use vitalwire_server::identity::Organisation;

use crate::world::{Customer, World};

/// The device came into the distributor's stock ten days ago by the first one, a customer had it from the fifth day on, by
/// the second, and has it to this day.
const LIFE: &str = "with who as (
      select (select id from user_account where display_name = $2) as first,
        (select id from user_account where display_name = $3) as second
    ) insert into assignment
      (id, device_id, distributor_id, customer_id, valid_from, valid_until, created_at, reason, assigned_by)
    select gen_random_uuid(), d.id, d.distributor_id, null::uuid, now() - interval '10 days', now() - interval '5 days',
      now() - interval '10 days', 'allocated', who.first from device d, who where d.id = $1
    union all
    select gen_random_uuid(), d.id, d.distributor_id, d.customer_id, now() - interval '5 days', null,
      now(), 'placed', who.second from device d, who where d.id = $1";

async fn life(world: &World, of: &Customer, first: &str, second: &str) {
    sqlx::query(LIFE)
        .bind(of.device)
        .bind(first)
        .bind(second)
        .execute(&world.sql)
        .await
        .unwrap();
}

/// Who stands in each row of the movements, the newest first.
fn by(page: &str) -> Vec<String> {
    let cells = page.split("data-from=\"by\">").skip(1);
    cells
        .map(|cell| cell.split("</td>").next().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_move_says_whose_people_made_it_where_their_names_are_not_to_be_known() {
    let world = World::new().await;
    let meridian = world.distributor("Meridian").await;
    let (near, far) = (
        world.customer_of("Near", Some(meridian)).await,
        world.customer_of("Far", Some(meridian)).await,
    );
    world.user("Root", Organisation::Platform, None).await;
    life(&world, &near, "Root User", "Near User").await;
    life(&world, &far, "Root User", "Meridian User").await;
    let seller = world.signed_in("Meridian").await;
    for path in ["/portfolio", "/stock", "/stock?q=NEAR-1", "/stock?q=FAR-1"] {
        let page = seller.get(path).await.text;
        let mut who = by(&page);
        who.sort();
        let wanted: &[&str] = match path {
            "/stock?q=NEAR-1" => &["Near", "the platform"],
            "/stock?q=FAR-1" => &["Meridian User", "the platform"],
            _ => &["Meridian User", "Near", "the platform", "the platform"],
        };
        assert_eq!(who, wanted, "{path}");
        assert!(
            !page.contains("Root User") && !page.contains("Near User"),
            "{path}"
        );
        // Sorted by when it was written down, which is said where it counts from earlier on.
        assert!(page.contains(">entered <time"), "{path}: {page}");
    }
    let about = format!("/devices/{}/about", near.device);
    let page = seller.get(&about).await.text;
    assert!(
        page.contains("the platform") && !page.contains("Root User") && !page.contains("Near User"),
        "{page}"
    );
    let clinic = world.signed_in("Near").await;
    assert!(clinic.get(&about).await.text.contains("Near User"));
    let other = world.signed_in("Far").await;
    let page = other.get(&format!("/devices/{}/about", far.device)).await.text;
    assert!(
        page.contains("the distributor") && !page.contains("Meridian User"),
        "{page}"
    );
}

/// A page without its tags, a blank between its words.
fn words(page: &str) -> String {
    let after_tags = page
        .split('<')
        .map(|piece| piece.split_once('>').map_or(piece, |(_, words)| words));
    let text: Vec<&str> = after_tags.flat_map(str::split_whitespace).collect();
    text.join(" ")
}

#[tokio::test]
async fn all_pages_count_the_same_devices_with_customers() {
    let world = World::new().await;
    let meridian = world.distributor("Meridian").await;
    let near = world.customer_of("Near", Some(meridian)).await;
    world.customer_of("Far", Some(meridian)).await;
    world.user("Root", Organisation::Platform, None).await;
    let model = Uuid::from_u128(1);
    // With a customer: two active ones and one that is not. One waits to come back, since another took its place; two lie in
    // stock, one came back, one is out of use.
    for (serial, customer, state) in [
        ("M-1", Some(near.id), "inactive"),
        ("M-2", Some(near.id), "replaced"),
        ("M-3", None, "stock"),
        ("M-4", None, "stock"),
        ("M-5", None, "returned"),
        ("M-6", None, "retired"),
    ] {
        sqlx::query(
            "insert into device (id, maker, serial, model_id, distributor_id, customer_id, state, created_at, updated_at)
             values (gen_random_uuid(), 'Omron', $1, $2, $3, $4, $5, now(), now())",
        )
        .bind(serial)
        .bind(model)
        .bind(meridian)
        .bind(customer)
        .bind(state)
        .execute(&world.sql)
        .await
        .unwrap();
    }
    let seller = world.signed_in("Meridian").await;
    let root = world.signed_in("Root").await;
    let portfolio = words(&seller.get("/portfolio").await.text);
    assert!(
        portfolio.contains("Active devices 2 of 3 with your customers"),
        "{portfolio}"
    );
    let stock = seller.get("/stock").await.text;
    assert!(words(&stock).contains("With customers 3 "), "{stock}");
    assert!(
        stock.contains("data-label=\"With customers\" data-unit=\"with customers\">3<"),
        "{stock}"
    );
    let mut held = 0;
    for customer in ["Near", "Far"] {
        let id: Uuid = sqlx::query_scalar("select id from customer where name = $1")
            .bind(customer)
            .fetch_one(&world.sql)
            .await
            .unwrap();
        let page = words(&seller.get(&format!("/customers/{id}")).await.text);
        let tiles = page.split(" Want a person").next().unwrap();
        let count = tiles.rsplit("Devices ").next().unwrap();
        let count = count.split(' ').next().unwrap();
        held += count
            .parse::<i32>()
            .unwrap_or_else(|_| panic!("{customer}: {page}"));
    }
    assert_eq!(held, 3, "by customer");
    let admin = words(&root.get(&format!("/distributors/{meridian}")).await.text);
    assert!(admin.contains("Devices with customers 3 devices"), "{admin}");
    assert!(admin.contains("In stock 3 devices"), "{admin}");
}
