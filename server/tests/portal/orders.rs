//! Orders and returns on both portals: what a distributor and an administrator do by forms.

use uuid::Uuid;
use vitalwire_server::identity::Organisation;

use crate::browser::Browser;
use crate::world::World;

/// A distributor's person, another distributor's, the platform, and three cuffs in its inventory.
struct Shop {
    world: World,
    seller: Browser,
    other: Browser,
    root: Browser,
}

const TOKEN: &str = "0192f0c1-2d3e-7a4b-8c5d-6e7f8091a2b3";

impl Shop {
    async fn new() -> Self {
        let world = World::new().await;
        world.distributor("Meridian").await;
        world.distributor("Summit").await;
        world.user("Root", Organisation::Platform, None).await;
        for (number, serial) in [(11, "B-1"), (12, "B-2"), (13, "B-3")] {
            sqlx::query(
                "with made as (
                   insert into device (id, maker, serial, model_id, created_at, updated_at)
                   values ($1, 'Omron', $2, $3, now(), now()) returning id
                 )
                 insert into assignment (id, device_id, valid_from, created_at) select id, id, now(), now() from made",
            )
            .bind(Uuid::from_u128(number))
            .bind(serial)
            .bind(Uuid::from_u128(1))
            .execute(&world.sql)
            .await
            .unwrap();
        }
        Self {
            seller: world.signed_in("Meridian").await,
            other: world.signed_in("Summit").await,
            root: world.signed_in("Root").await,
            world,
        }
    }

    /// Orders so many cuffs, and says where the order's page is.
    async fn ordered(&self, quantity: &str) -> String {
        let model = format!("model-{}", Uuid::from_u128(1));
        let form = [
            ("token", TOKEN),
            (model.as_str(), quantity),
            ("deliver_to", "Meridian"),
            ("street", "1 Main Street"),
            ("city", "New York"),
            ("country", "US"),
            ("note", "By <noon>."),
        ];
        let answer = self.seller.submit("/orders/new", &form).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        answer.location().split('?').next().unwrap().to_owned()
    }
}

async fn step(browser: &Browser, path: &str, form: &[(&str, &str)], words: &str) {
    let answer = browser.submit(path, form).await;
    assert_eq!(answer.status, 303, "{path}: {}", answer.text);
    let page = browser.get(answer.location()).await;
    assert!(page.text.contains(words), "{path}: {words}: {}", page.text);
}

/// What the menus of the distributor and of the platform say waits for them.
async fn waits(shop: &Shop) -> [Option<String>; 2] {
    let mut waits = [None, None];
    for (browser, waits) in [&shop.seller, &shop.root].into_iter().zip(&mut waits) {
        let page = browser.get("/devices").await;
        *waits = page.waits_at("/orders").map(str::to_owned);
    }
    waits
}

#[tokio::test]
async fn the_menu_counts_the_orders_that_wait_for_who_looks() {
    let shop = Shop::new().await;
    let one = || Some("1".to_owned());
    let order = shop.ordered("1").await;
    assert_eq!(waits(&shop).await, [None, one()], "it waits for serials");
    let at = |verb: &str| format!("{order}/{verb}");
    let next = [("next", "yes")];
    step(&shop.root, &at("allocate"), &next, "Serials are found").await;
    let parcel = [("carrier", "UPS"), ("serials", "")];
    step(&shop.root, &at("ship"), &parcel, "The parcel is on its way.").await;
    assert_eq!(waits(&shop).await, [one(), None], "the parcel is to be taken in");
    let arrived = [("offered", "B-1"), ("arrived", "B-1")];
    step(&shop.seller, &at("receive"), &arrived, "All in stock").await;
    assert_eq!(waits(&shop).await, [None, None]);
}

/// Bookkeeping is asked for only where there is nobody else, whatever they are called.
#[tokio::test]
async fn the_form_asks_for_the_general_contact() {
    let shop = Shop::new().await;
    for (purpose, name, asked) in [
        ("billing", "Accounts payable", "Accounts payable"),
        ("technical", "Lab", "Lab"),
        ("general", "Front desk", "Front desk"),
        ("clinical", "Aaron", "Front desk"),
    ] {
        sqlx::query(
            "insert into contact (id, distributor_id, purpose, name, phone, created_at)
             select gen_random_uuid(), id, $1, $2, '+1 555 0117', now() from distributor where name = 'Meridian'",
        )
        .bind(purpose)
        .bind(name)
        .execute(&shop.world.sql)
        .await
        .unwrap();
        let form = shop.seller.get("/orders/new").await.text;
        let field = form.split("name=\"contact\"").nth(1).unwrap();
        let field = field.split('>').next().unwrap();
        assert!(field.contains(&format!("value=\"{asked}\"")), "{name}: {field}");
    }
}

#[tokio::test]
async fn an_order_goes_from_the_form_to_the_stock() {
    let shop = Shop::new().await;
    let (seller, root) = (&shop.seller, &shop.root);
    let form = seller.get("/orders/new").await;
    assert!(form.text.contains("Omron HEM-7142T1") && form.text.contains("value=\"Meridian\""));
    let order = shop.ordered("2").await;
    assert_eq!(
        shop.ordered("2").await,
        order,
        "the same form again orders nothing"
    );
    let page = root.get(&order).await;
    assert!(page.text.contains("3 in the inventory") && page.text.contains("By &#60;noon&#62;."));
    let today = root.get("/admin").await;
    assert!(today.text.contains("waits for serials"), "{}", today.text);
    let number: String = sqlx::query_scalar("select number from device_order")
        .fetch_one(&shop.world.sql)
        .await
        .unwrap();
    let (by_number, link) = (format!("/search?q={number}"), format!("href=\"{order}\""));
    for (who, finds) in [(root, true), (seller, true), (&shop.other, false)] {
        let found = who.get(&by_number).await.text;
        assert_eq!(found.contains(&link), finds, "{found}");
    }

    let wrong = root
        .submit(&format!("{order}/allocate"), &[("serials", "B-1\nX-9")])
        .await;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.text.contains("X-9 is not in the inventory"),
        "{}",
        wrong.text
    );
    assert!(wrong.text.contains("B-1\nX-9"), "what was typed stays");
    step(
        root,
        &format!("{order}/allocate"),
        &[("next", "yes")],
        "Serials are found",
    )
    .await;
    let parcel = [("carrier", "UPS"), ("tracking", "1Z 999"), ("serials", "")];
    step(
        root,
        &format!("{order}/ship"),
        &parcel,
        "The parcel is on its way.",
    )
    .await;

    let stock = seller.get("/stock").await;
    assert!(stock.text.contains("Order devices") && stock.text.contains("HEM-7142T1"));
    let portfolio = seller.get("/portfolio").await;
    assert!(portfolio.text.contains("2 on their way"), "{}", portfolio.text);
    let page = seller.get(&order).await;
    assert!(page.text.contains("https://www.ups.com/track?tracknum=1Z999"));
    let arrived = [("offered", "B-1"), ("offered", "B-2"), ("arrived", "B-1")];
    step(
        seller,
        &format!("{order}/receive"),
        &arrived,
        "something is missing",
    )
    .await;
    let found = [("serials", "B-2")];
    step(seller, &format!("{order}/found"), &found, "All in stock").await;
    let again = seller.submit(&format!("{order}/receive"), &[]).await;
    assert_eq!(again.status, 409);
    assert!(
        again.text.contains("All of the order is in stock."),
        "{}",
        again.text
    );

    let file = seller.get("/orders/hardware.csv").await;
    let lines: Vec<&str> = file.text.lines().collect();
    assert_eq!(lines.len(), 2, "{}", file.text);
    assert!(lines[1].ends_with(",Omron HEM-7142T1,2"), "{}", lines[1]);
    let left: i64 = sqlx::query_scalar("select count(*) from device where reserved_for is not null")
        .fetch_one(&shop.world.sql)
        .await
        .unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn what_is_sent_back_goes_from_the_form_to_the_inventory() {
    let shop = Shop::new().await;
    let (seller, root) = (&shop.seller, &shop.root);
    sqlx::query(
        "with of as (select id from distributor where name = 'Meridian'),
           held as (update assignment set distributor_id = of.id from of, device d
             where d.id = device_id and d.serial = 'B-1')
         update device set distributor_id = of.id from of where serial = 'B-1'",
    )
    .execute(&shop.world.sql)
    .await
    .unwrap();
    let form = [("token", TOKEN), ("serials", "B-1"), ("reason", "")];
    let wrong = seller.submit("/returns/new", &form).await;
    assert_eq!(wrong.status, 422, "it says no reason");
    let form = [("token", TOKEN), ("serials", "B-1"), ("reason", "faulty")];
    let answer = seller.submit("/returns/new", &form).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let back = answer.location().split('?').next().unwrap().to_owned();
    assert!(root.get("/returns").await.text.contains("It does not work"));
    assert_eq!(waits(&shop).await, [None, Some("1".to_owned())]);
    step(root, &format!("{back}/accept"), &[], "The return is accepted.").await;
    assert_eq!(waits(&shop).await, [Some("1".to_owned()), None], "to be sent");
    let page = seller.get(&back).await;
    assert!(
        page.text.contains("Write R-"),
        "the parcel says which return it is"
    );
    assert!(
        !page.text.contains("/receive"),
        "it is not the seller who takes it in"
    );
    let sent = [("carrier", "DHL"), ("tracking", "")];
    step(
        seller,
        &format!("{back}/send"),
        &sent,
        "The return is on its way.",
    )
    .await;
    let condition = [("condition", "scratched <badly>")];
    step(
        root,
        &format!("{back}/receive"),
        &condition,
        "The return is received.",
    )
    .await;
    let page = seller.get(&back).await;
    assert!(page.text.contains("in the inventory"), "{}", page.text);
    assert!(page.text.contains("scratched &#60;badly&#62;"), "{}", page.text);
    assert_eq!(shop.other.get(&back).await.status, 404);
}

#[tokio::test]
async fn what_a_carrier_lost_ends_an_order_and_both_sides_read_how() {
    let shop = Shop::new().await;
    let (seller, root) = (&shop.seller, &shop.root);
    let order = shop.ordered("5").await;
    step(
        root,
        &format!("{order}/allocate"),
        &[("next", "yes")],
        "Serials are found",
    )
    .await;
    let parcel = [("carrier", "UPS"), ("serials", "B-1")];
    step(
        root,
        &format!("{order}/ship"),
        &parcel,
        "The parcel is on its way.",
    )
    .await;
    let page = seller.get(&order).await;
    assert!(page.text.contains("Do without the rest") && !page.text.contains("Cancel the order"));
    step(
        seller,
        &format!("{order}/waive"),
        &[("reason", "bought <elsewhere>")],
        "The rest will not come.",
    )
    .await;
    assert!(root.get(&order).await.text.contains("bought &#60;elsewhere&#62;"));
    step(
        root,
        &format!("{order}/release"),
        &[("serials", "")],
        "The serials are free again.",
    )
    .await;
    let again = [("reason", "enough")];
    step(
        seller,
        &format!("{order}/waive"),
        &again,
        "The rest will not come.",
    )
    .await;
    let page = root.get(&order).await;
    assert!(
        page.text.contains("Write off what did not arrive"),
        "{}",
        page.text
    );
    let lost = [("serials", "B-1"), ("became", "lost")];
    step(root, &format!("{order}/write-off"), &lost, "Nothing of it came.").await;
    for who in [seller, root] {
        let page = who.get(&order).await;
        assert!(page.text.contains("B-1 (lost)"), "{}", page.text);
        assert!(!page.text.contains("What can be done"), "it is over");
    }
}

#[tokio::test]
async fn each_side_sees_and_does_its_own() {
    let shop = Shop::new().await;
    let order = shop.ordered("1").await;
    assert_eq!(shop.other.get(&order).await.status, 404);
    let verbs = ["receive", "found", "cancel", "notes"];
    for verb in verbs {
        let answer = shop
            .other
            .submit(&format!("{order}/{verb}"), &[("text", "mine?"), ("serials", "B")])
            .await;
        assert_eq!(answer.status, 404, "{verb}");
    }
    let answer = shop
        .seller
        .submit(&format!("{order}/allocate"), &[("next", "yes")])
        .await;
    assert_eq!(answer.status, 403);
    let page = shop.seller.get(&order).await;
    assert!(page.text.contains("Cancel the order") && !page.text.contains("Allocate by serial"));
    let why = [("reason", "sold out")];
    step(
        &shop.root,
        &format!("{order}/cancel"),
        &why,
        "The order is cancelled.",
    )
    .await;
    assert!(shop.seller.get(&order).await.text.contains("sold out"));
}

/// Whose page shows a device or a hub that is promised, shows to what; a link leads there who may see it.
#[tokio::test]
async fn what_is_promised_says_to_what() {
    let shop = Shop::new().await;
    let (seller, root) = (&shop.seller, &shop.root);
    let order = shop.ordered("1").await;
    let number = root.get(&order).await.text;
    let number = number.split("<h1").nth(1).unwrap().split('<').next().unwrap();
    let number = number.split_whitespace().last().unwrap().to_owned();
    let page = format!("/devices/{}", Uuid::from_u128(11));
    assert!(!root.get(&page).await.text.contains("Reserved for"));
    step(
        root,
        &format!("{order}/allocate"),
        &[("next", "yes")],
        "Serials are found",
    )
    .await;
    let shown = root.get(&page).await.text;
    assert!(
        shown.contains("Reserved for")
            && shown.contains(&format!(r#"href="{order}""#))
            && shown.contains(&number),
        "{number} {order}: {shown}"
    );
    assert!(shown.contains("It is reserved for an order") && !shown.contains("Allocate to a distributor"));
    let list = root.get("/devices?q=B-1").await.text;
    assert!(list.contains("reserved for an order"), "{list}");

    // One that a distributor sends back.
    sqlx::query(
        "with of as (select id from distributor where name = 'Meridian'),
           held as (update assignment set distributor_id = of.id from of, device d
             where d.id = device_id and d.serial = 'B-2')
         update device set distributor_id = of.id from of where serial = 'B-2'",
    )
    .execute(&shop.world.sql)
    .await
    .unwrap();
    let form = [("token", TOKEN), ("serials", "B-2"), ("reason", "faulty")];
    let answer = seller.submit("/returns/new", &form).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let back = answer.location().split('?').next().unwrap().to_owned();
    let page = format!("/devices/{}", Uuid::from_u128(12));
    step(root, &format!("{back}/accept"), &[], "The return is accepted.").await;
    for browser in [seller, root] {
        let shown = browser.get(&page).await.text;
        assert!(
            shown.contains("Reserved for") && shown.contains(&format!(r#"href="{back}""#)),
            "{shown}"
        );
        assert!(shown.contains("to go back to the platform") && !shown.contains("Place with a customer"));
    }
}
