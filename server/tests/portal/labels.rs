//! Labels, and the devices that are adopted with them.

use uuid::Uuid;
use vitalwire_server::identity::Organisation;

use crate::browser::Browser;
use crate::world::World;

#[tokio::test]
async fn a_label_lets_who_holds_the_device_have_it() {
    let world = World::new().await;
    let distributor = world.distributor("Meridian").await;
    let clinic = world.customer_of("Northside", Some(distributor)).await;
    let other = world.customer("Elsewhere").await;
    world.user("Root", Organisation::Platform, None).await;
    let in_stock = stocked(&world, distributor).await;
    let seller = world.signed_in("Meridian").await;
    let nurse = world.signed_in("Northside").await;

    let sheet = seller.get("/labels?holder=stock").await;
    assert_eq!(sheet.status, 200);
    assert!(
        sheet.text.contains("STOCK-0001") && sheet.text.contains("<svg") && sheet.text.contains("HEM-7142T1")
    );
    assert!(sheet.text.contains("1 label"));
    let code = label_code(&sheet.text);
    let one = seller.get(&format!("/labels?device={in_stock}")).await;
    assert_eq!(label_code(&one.text), code, "it can be printed again");
    let placed = seller.get(&format!("/labels?device={}", clinic.device)).await;
    assert!(!placed.text.contains("vw-label-code") && placed.text.contains("1 device is left out"));
    let foreign = seller.get(&format!("/labels?device={}", other.device)).await;
    assert_eq!(foreign.status, 404);
    let hub = seller.get(&format!("/labels?hub={}", clinic.hub)).await;
    assert!(hub.text.contains("HUB-Northside"));
    assert_eq!(nurse.get("/labels").await.status, 403);
    let root = world.signed_in("Root").await;
    let theirs = root.get(&format!("/labels?device={in_stock}")).await;
    assert!(
        !theirs.text.contains(&code),
        "the platform prints no label of a distributor's stock"
    );

    let read = nurse
        .get(&format!(
            "/devices/adopt?maker=Omron&serial=STOCK-0001&code={code}"
        ))
        .await;
    assert!(read.text.contains("value=\"STOCK-0001\"") && read.text.contains(&format!("value=\"{code}\"")));
    adopt(&nurse, ("Omron", "STOCK-0001", "AAAAA-AAAAA"), 422).await;
    adopt(&nurse, ("Omron", "STOCK-0009", &code), 422).await;
    let stranger = world.signed_in("Elsewhere").await;
    adopt(&stranger, ("Omron", "STOCK-0001", &code), 422).await;
    let form = [
        ("maker", "omron"),
        ("serial", "STOCK-0001"),
        ("code", &code),
        ("reference", "bed 9"),
    ];
    let taken = nurse.submit("/devices/adopt", &form).await;
    assert_eq!(
        taken.location(),
        format!("/devices/{in_stock}/about?said=device-adopted"),
        "{}",
        taken.text
    );
    let page = nurse.get(taken.location()).await.text;
    assert!(page.contains("The device is yours.") && page.contains("bed 9"));
    adopt(&nurse, ("Omron", "STOCK-0001", &code), 422).await;
    assert_eq!(root.get("/devices/adopt").await.status, 403);
}

#[tokio::test]
async fn a_stock_is_printed_sheet_by_sheet() {
    let world = World::new().await;
    let distributor = world.distributor("Meridian").await;
    let clinic = world.customer_of("Northside", Some(distributor)).await;
    world.customer("Elsewhere").await;
    world.user("Root", Organisation::Platform, None).await;
    sqlx::query(
        "insert into device_model (id, maker, name, kinds, transport, created_at)
         values ($1, 'Omron', 'Evolv', array['blood_pressure'], 'bluetooth', now())",
    )
    .bind(Uuid::from_u128(2))
    .execute(&world.sql)
    .await
    .unwrap();
    for number in 0..33 {
        let state = if number == 32 { "returned" } else { "stock" };
        let model = if number < 2 { 2 } else { 1 };
        shelve(
            &world,
            Some(distributor),
            (&format!("SHELF-{number:02}"), state, model),
        )
        .await;
    }
    shelve(&world, None, ("PLATFORM-1", "stock", 1)).await;
    let seller = world.signed_in("Meridian").await;

    let first = seller.get("/labels").await;
    assert_eq!(serials(&first.text).len(), 30, "ten lines of three");
    assert!(!first.text.contains("First sheet"));
    let next = next_sheet(&first.text).expect("a next sheet");
    let last = seller.get(&next).await;
    assert_eq!(serials(&last.text), ["SHELF-30", "SHELF-31", "SHELF-32"]);
    assert!(last.text.contains("First sheet") && next_sheet(&last.text).is_none());
    for (asked, shown) in [
        ("state=returned", vec!["SHELF-32"]),
        ("state=stock&q=f-3", vec!["SHELF-30", "SHELF-31"]),
        ("q=nothing", vec![]),
        // Devices at customers have no label any more, whatever is asked for.
        ("q=Northside", vec![]),
        ("what=hubs", vec!["HUB-Northside"]),
        ("what=hubs&q=northside", vec!["HUB-Northside"]),
        ("what=hubs&state=retired", vec![]),
    ] {
        let sheet = seller.get(&format!("/labels?{asked}")).await;
        assert_eq!(serials(&sheet.text), shown, "{asked}");
    }
    let of_model = format!("model={}", Uuid::from_u128(2));
    let sheet = seller.get(&format!("/labels?{of_model}")).await;
    assert_eq!(serials(&sheet.text), ["SHELF-00", "SHELF-01"]);
    let long = seller
        .get(&format!("/labels?state=stock&model={}", Uuid::from_u128(1)))
        .await;
    assert!(
        next_sheet(&long.text).is_none(),
        "thirty of this model lie in the stock"
    );

    let root = world.signed_in("Root").await;
    assert_eq!(serials(&root.get("/labels").await.text), ["PLATFORM-1"]);
    let both = format!("/labels?device={}&hub={}", clinic.device, clinic.hub);
    let both = seller.get(&both).await;
    assert_eq!(serials(&both.text), ["HUB-Northside"]);
    assert!(both.text.contains("1 device is left out"));
    assert_eq!(seller.get("/labels?after=nonsense").await.status, 400);
}

/// The serials of a sheet, in order.
fn serials(sheet: &str) -> Vec<&str> {
    sheet
        .split("<li class=\"vw-label\">")
        .skip(1)
        .map(|label| {
            let serial = label.split("<span class=\"vw-mono\">").nth(1).expect("a serial");
            serial.split('<').next().unwrap()
        })
        .collect()
}

fn next_sheet(page: &str) -> Option<String> {
    let before = page
        .split("rel=\"next\"")
        .next()
        .filter(|before| before.len() < page.len())?;
    let href = before.rsplit("href=\"").next()?.split('"').next()?;
    Some(href.replace("&amp;", "&").replace("&#38;", "&"))
}

/// One answer to everything that proves nothing.
async fn adopt(browser: &Browser, (maker, serial, code): (&str, &str, &str), status: u16) {
    let form = [("maker", maker), ("serial", serial), ("code", code)];
    let answer = browser.submit("/devices/adopt", &form).await;
    assert_eq!(answer.status, status, "{serial} {code}");
    assert!(
        answer
            .text
            .contains("There is no such device that waits for you, or the proof does not fit it.")
    );
}

fn label_code(sheet: &str) -> String {
    let code = sheet.split("Code <b class=\"vw-mono\">").nth(1).expect("a code");
    code.split('<').next().unwrap().to_owned()
}

/// A device in the distributor's stock.
async fn stocked(world: &World, distributor: Uuid) -> Uuid {
    shelve(world, Some(distributor), ("STOCK-0001", "stock", 1)).await
}

/// A device in a stock: its serial, its state and the number of its model.
async fn shelve(
    world: &World,
    distributor: Option<Uuid>,
    (serial, state, model): (&str, &str, u128),
) -> Uuid {
    let id: Uuid = world.state.ground().id();
    sqlx::query(
        "insert into device (id, maker, serial, model_id, distributor_id, state, created_at, updated_at)
         values ($1, 'Omron', $2, $3, $4, $5, now(), now())",
    )
    .bind(id)
    .bind(serial)
    .bind(Uuid::from_u128(model))
    .bind(distributor)
    .bind(state)
    .execute(&world.sql)
    .await
    .unwrap();
    id
}

#[tokio::test]
async fn what_is_out_of_use_is_offered_no_label() {
    let world = World::new().await;
    let meridian = world.distributor("Meridian").await;
    let device = stocked(&world, meridian).await;
    let clinic = world.customer_of("Northside", Some(meridian)).await;
    let seller = world.signed_in("Meridian").await;
    for (state, is_offered) in [("stock", true), ("returned", true), ("retired", false)] {
        sqlx::query("update device set state = $2 where id = $1")
            .bind(device)
            .bind(state)
            .execute(&world.sql)
            .await
            .unwrap();
        let page = seller.get(&format!("/devices/{device}/about")).await;
        assert_eq!(
            page.text.contains("Print its label"),
            is_offered,
            "{state}: {}",
            page.text
        );
    }
    for (state, is_offered) in [("unclaimed", true), ("retired", false)] {
        sqlx::query("update hub set state = $2 where id = $1")
            .bind(clinic.hub)
            .bind(state)
            .execute(&world.sql)
            .await
            .unwrap();
        let page = seller.get(&format!("/hubs/{}", clinic.hub)).await;
        assert_eq!(
            page.text.contains("Print its label"),
            is_offered,
            "{state}: {}",
            page.text
        );
    }
}
