//! What is written down about devices, and their models.

use super::*;

#[tokio::test]
async fn a_device_s_numbers_are_the_administrators_and_each_has_a_word_of_its_own_for_it() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    let anna = world.clinic("Anna", Some(&dora)).await;
    let (device, other) = (
        placed(&world, "S-1", anna.id).await,
        placed(&world, "S-2", anna.id).await,
    );
    let (database, ground, admin) = (&world.database, &world.ground, world.admin());
    let imei = |typed: &str| NumbersPatch {
        imei: Change::typed("imei", Some(Some(typed))).unwrap(),
        ..NumbersPatch::default()
    };
    let number = async |device, patch: NumbersPatch| {
        admin
            .run(database, async |tx| {
                configure::number(tx, admin, ground, device, &patch).await
            })
            .await
    };
    number(device, imei("49-015420-323751")).await.unwrap();
    assert_eq!(world.seen(device).await.imei.as_deref(), Some("490154203237518"));
    let taken = number(other, imei("490154203237518")).await;
    assert!(
        matches!(
            taken,
            Err(RegistryError::Conflict("another device has this IMEI"))
        ),
        "{taken:?}"
    );

    let word = |text: &str| Change::Set(Reference::parse("reference", text).unwrap());
    dora.scope()
        .run(database, async |tx| {
            configure::call(tx, dora.scope(), ground, device, &word("D-7")).await
        })
        .await
        .unwrap();
    anna.scope()
        .run(database, async |tx| {
            configure::call(tx, anna.scope(), ground, device, &word("bed 7")).await
        })
        .await
        .unwrap();
    let seen = world.seen(device).await;
    assert_eq!(
        (
            seen.distributor_reference.as_deref(),
            seen.customer_reference.as_deref()
        ),
        (Some("D-7"), None)
    );
    let of_anna: vitalwire_server::registry::devices::Device = anna
        .scope()
        .run(database, async |tx| {
            vitalwire_server::registry::devices::get(tx, device).await
        })
        .await
        .unwrap();
    assert_eq!(
        (
            of_anna.distributor_name,
            of_anna.distributor_reference,
            of_anna.customer_reference.as_deref()
        ),
        (None, None, Some("bed 7"))
    );
}

#[tokio::test]
async fn what_a_model_reports_changes_also_while_a_device_has_it() {
    let world = World::new().await;
    let admin = world.admin();
    let change = async |name: &str, reports: &[Report]| {
        let patch = ModelPatch {
            name: name.to_owned(),
            kinds: vec![vitals::Kind::Weight],
            transport: Transport::Bluetooth,
            reports: reports.to_vec(),
        };
        admin
            .run(&world.database, async |tx| {
                models::change(tx, world.scale.into(), patch).await
            })
            .await
    };
    change("Better scale", &[]).await.unwrap();
    let device = world.device("S-1").await;
    let refused = change("Best scale", &[]).await;
    assert!(matches!(refused, Err(RegistryError::Conflict(_))), "{refused:?}");
    change(
        "Better scale",
        &[Report::BodyFat, Report::Battery, Report::BodyFat],
    )
    .await
    .unwrap();
    assert_eq!(
        world.seen(device).await.reports,
        [Report::Battery, Report::BodyFat]
    );
    let odd = change("Better scale", &[Report::Irregular]).await;
    assert!(
        matches!(odd, Err(RegistryError::Invalid { field: "reports", .. })),
        "{odd:?}"
    );
    let held = admin
        .run(&world.database, async |tx| models::holdings(tx).await)
        .await
        .unwrap();
    assert_eq!(held[&world.scale.into()].devices, 1);
}
