//! Who has no part in a source, and forms that cannot be taken.

use uuid::Uuid;
use vitalwire_server::identity::Organisation;
use vitalwire_server::tenancy::Permission;

use super::{Cloud, IMEI, NAMED, refused, step};
use crate::world::World;

#[tokio::test]
async fn who_has_no_part_in_it_is_told_nothing() {
    let world = World::new().await;
    let distributor = world.distributor("Meridian").await;
    let clinic = world.customer_of("Own", Some(distributor)).await;
    world.customer_of("Elsewhere", Some(distributor)).await;
    let owner = world.signed_in("Own").await;
    let cloud = Cloud::add(&owner, "Our cuffs", &[]).await;
    cloud.measures(&world, &[121]).await;
    let device = clinic.device.to_string();
    let give = [("serial", clinic.serial.as_str()), ("named", IMEI)];
    step(
        &owner,
        &cloud.at("devices"),
        &give,
        "It speaks for the device from now on.",
    )
    .await;
    let may = [Permission::ReadReadings];
    let organisation = Organisation::Customer(clinic.id.into());
    world.user("Reader", organisation, Some(&may)).await;
    let strangers = [
        (world.signed_in("Reader").await, 403),
        (world.signed_in("Meridian").await, 403),
        (world.signed_in("Elsewhere").await, 404),
    ];
    for (browser, status) in &strangers {
        let home = browser.get("/devices").await.text;
        assert_eq!(home.contains("href=\"/sources\""), *status == 404, "{home}");
        assert_eq!(browser.get(&cloud.page).await.status, *status);
        let adopt = format!("{}?named={NAMED}", cloud.at("adopt"));
        assert_eq!(browser.get(&adopt).await.status, *status);
        for verb in [
            "adopt",
            "devices",
            "take-away",
            "name",
            "secret",
            "end-former",
            "activate",
            "deactivate",
        ] {
            let form = [
                ("device", device.as_str()),
                ("named", NAMED),
                ("name", "Mine"),
                ("serial", "OWN-1"),
            ];
            let answer = browser.submit(&cloud.at(verb), &form).await;
            assert_eq!(answer.status, *status, "{verb}: {}", answer.text);
        }
        let about = browser
            .get(&format!("/devices/{}/about", clinic.device))
            .await
            .text;
        assert!(!about.contains("Our cuffs"), "{about}");
    }
    let nobody = world.browser().get(&cloud.page).await;
    assert!(nobody.status == 303 && nobody.location().starts_with("/login"));
    let page = owner.get(&cloud.page).await.text;
    assert!(
        page.contains("Our cuffs") && page.contains(&clinic.serial),
        "{page}"
    );
}

#[tokio::test]
async fn a_form_that_cannot_be_taken_says_why_at_its_field() {
    let world = World::new().await;
    let clinic = world.customer("Own").await;
    let browser = world.signed_in("Own").await;
    let new = "/sources/new";
    refused(
        &browser,
        new,
        &[],
        422,
        &["Choose the vendor.", "Must have 1 to 100 characters"],
    )
    .await;
    let header = [("vendor", "bodytrace"), ("name", "A"), ("scheme", "header")];
    refused(&browser, new, &header, 422, &["by HTTP Basic alone"]).await;
    let taken = [("vendor", "tenovi"), ("name", ""), ("shown_as", "content-length")];
    let both = [
        "Must have 1 to 100 characters",
        "Must be the name of a header of its own",
    ];
    refused(&browser, new, &taken, 422, &both).await;

    let cloud = Cloud::add(&browser, "Our cuffs", &[]).await;
    let nameless = ["Must have 1 to 100 characters"];
    refused(&browser, &cloud.at("name"), &[("name", " ")], 422, &nameless).await;
    refused(&browser, &cloud.at("take-away"), &[], 422, &["Choose a device."]).await;
    let give = cloud.at("devices");
    refused(&browser, &give, &[], 422, &["Type the serial or the IMEI"]).await;
    let strange = ["No device of Own in use has this serial or IMEI."];
    refused(&browser, &give, &[("serial", "NONE-1")], 422, &strange).await;
    let form = [("serial", clinic.serial.as_str()), ("named", "\u{7}")];
    let no_name = ["This is no name that Transtek (MioConnect) gives"];
    refused(&browser, &give, &form, 422, &no_name).await;
}

#[tokio::test]
async fn of_several_devices_with_one_serial_the_meant_one_is_chosen() {
    let world = World::new().await;
    let clinic = world.customer("Own").await;
    let browser = world.signed_in("Own").await;
    let cloud = Cloud::add(&browser, "Our cuffs", &[]).await;
    let give = cloud.at("devices");
    let other = "insert into device (id, maker, serial, model_id, customer_id, state, created_at, updated_at)
        values ($1, $2, $3, $4, $5, 'active', now(), now())";
    for (maker, serial) in [("Omron", "OWN-2"), ("Transtek", "OWN-2")] {
        sqlx::query(other)
            .bind(world.state.ground().id::<Uuid>())
            .bind(maker)
            .bind(serial)
            .bind(Uuid::from_u128(1))
            .bind(clinic.id)
            .execute(&world.sql)
            .await
            .unwrap();
    }
    step(
        &browser,
        &give,
        &[("serial", &clinic.serial)],
        "It speaks for the device",
    )
    .await;
    let page = browser
        .submit(&give, &[("serial", "own-2"), ("named", &clinic.serial)])
        .await;
    assert!(
        page.status == 422 && page.text.contains("Several devices have this serial"),
        "{}",
        page.text
    );
    let which = page.text.split("Transtek HEM-7142T1 · OWN-2").next().unwrap();
    let which = which
        .rsplit("<option value=\"")
        .next()
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let chosen = [("serial", which), ("named", clinic.serial.as_str())];
    refused(
        &browser,
        &give,
        &chosen,
        409,
        &["The source knows another device by this name already"],
    )
    .await;
}
