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
    let id: Uuid = world.state.ground().id();
    sqlx::query(
        "insert into device (id, maker, serial, model_id, distributor_id, state, created_at, updated_at)
         values ($1, 'Omron', 'STOCK-0001', $2, $3, 'stock', now(), now())",
    )
    .bind(id)
    .bind(Uuid::from_u128(1))
    .bind(distributor)
    .execute(&world.sql)
    .await
    .unwrap();
    id
}
