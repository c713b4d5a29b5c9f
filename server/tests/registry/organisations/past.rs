//! What became of distributors and customers.

use vitalwire_server::registry::past;

use super::*;

/// Who did what to a distributor and its customer, newest first; a customer's next distributor learns nothing of before.
#[tokio::test]
async fn what_becomes_of_an_organisation_is_written_down_with_who_did_it() {
    let world = World::new().await;
    let (admin, ground, database) = (world.admin(), &world.ground, &world.database);
    let dora = world.dealer("Dora").await;
    let ernst = world.dealer("Ernst").await;
    let new = NewOrganisation::named("Hill Clinic", None).unwrap();
    let hill = dora
        .scope()
        .run(database, async |tx| {
            organisations::create_customer_of(tx, dora.scope(), ground, new).await
        })
        .await
        .unwrap();
    let renamed = |name: &str| CustomerPatch {
        organisation: Draft {
            name: Some(Some(name)),
            ..Draft::default()
        }
        .to_patch()
        .unwrap(),
        ..CustomerPatch::default()
    };
    world.tick();
    change(&world, dora.scope(), hill, renamed("Hill Hospital"))
        .await
        .unwrap();
    world.tick();
    // The same again is nothing new.
    change(&world, dora.scope(), hill, renamed("Hill Hospital"))
        .await
        .unwrap();
    set_state(&world, hill, OrganisationState::Suspended).await;
    world.tick();
    set_state(&world, hill, OrganisationState::Active).await;
    world.tick();
    organisations::move_customer(database, admin, ground, hill, Some(ernst.id))
        .await
        .unwrap();
    world.tick();
    change(&world, ernst.scope(), hill, renamed("Hilltop"))
        .await
        .unwrap();

    let whose = past::Whose::Customer(hill);
    let told: Vec<past::PastEvent> = admin
        .run(database, async |tx| past::of(tx, whose).await)
        .await
        .unwrap();
    let kinds: Vec<&str> = told.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(
        kinds,
        ["renamed", "moved", "resumed", "suspended", "renamed", "added"]
    );
    assert_eq!(told[0].before.as_deref(), Some("Hill Hospital"));
    assert_eq!(told[4].before.as_deref(), Some("Hill Clinic"));
    assert_eq!(told[1].distributor.as_ref().map(|(id, _)| *id), Some(ernst.id));
    assert!(told.iter().all(|event| event.by.is_some()));
    let of_ernst: Vec<past::PastEvent> = ernst
        .scope()
        .run(database, async |tx| past::of(tx, whose).await)
        .await
        .unwrap();
    let theirs: Vec<(&str, bool)> = of_ernst
        .iter()
        .map(|event| (event.kind.as_str(), event.by.is_some()))
        .collect();
    assert_eq!(
        theirs,
        [("renamed", true), ("moved", false)],
        "the platform's people have no name"
    );
    let of_dora: Vec<past::PastEvent> = dora
        .scope()
        .run(database, async |tx| past::of(tx, whose).await)
        .await
        .unwrap();
    assert_eq!(of_dora.len(), 4, "her own time");
}
