//! Names of organisations beside each other.

use vitalwire_server::registry::organisations::{
    self, CustomerPatch, DistributorPatch, NewOrganisation, OrganisationPatch,
};
use vitalwire_server::registry::{Ask, Name, RegistryError, Typed as _};
use vitalwire_server::tenancy::Scope as _;

use crate::world::World;

fn is_taken(refused: &Result<(), RegistryError>) -> bool {
    matches!(refused, Err(RegistryError::Invalid { field: "name", why }) if why.contains("is called so already"))
}

fn named(name: &str) -> OrganisationPatch {
    OrganisationPatch {
        name: Some(Name::parse("name", name).unwrap()),
        ..OrganisationPatch::default()
    }
}

#[tokio::test]
async fn no_two_beside_each_other_differ_by_case_alone() {
    let world = World::new().await;
    let (dora, ernst) = (world.dealer("Dora").await, world.dealer("Ernst").await);
    let (database, ground) = (&world.database, &world.ground);
    let north = async |name: &str, of: &crate::world::Dealer| {
        let new = NewOrganisation::named(name, None)?;
        let scope = of.scope();
        scope
            .run(database, async |tx| {
                organisations::create_customer_of(tx, scope, ground, new).await
            })
            .await
    };
    let first = north("Northside Clinic", &dora).await.unwrap();
    assert!(is_taken(&north("northside clinic", &dora).await.map(drop)));
    // In another portfolio it is nobody's business.
    north("Northside Clinic", &ernst).await.unwrap();
    let other = north("Lakeview", &dora).await.unwrap();
    let rename = async |id, name: &str| {
        let patch = CustomerPatch {
            organisation: named(name),
            ..CustomerPatch::default()
        };
        dora.scope()
            .run(database, async |tx| {
                organisations::change_customer(tx, dora.scope(), ground, id, patch).await
            })
            .await
    };
    assert!(is_taken(&rename(other, "NORTHSIDE Clinic").await));
    rename(first, "Northside CLINIC").await.unwrap();

    let admin = world.admin();
    let add = async |name: &str| {
        let new = NewOrganisation::named(name, None)?;
        let made = async |tx: &_| organisations::create_distributor(tx, admin, ground, new).await;
        admin.run(database, made).await.map(drop)
    };
    assert!(is_taken(&add("dora").await));
    let patch = DistributorPatch {
        organisation: named("ERNST"),
        state: None,
    };
    let renamed: Result<(), RegistryError> = admin
        .run(database, async |tx| {
            organisations::change_distributor(tx, admin, ground, dora.id, patch).await
        })
        .await;
    assert!(is_taken(&renamed));

    // Lists come in the order in which people look, page by page.
    for name in ["zebra", "alpha", "Beta"] {
        add(name).await.unwrap();
    }
    let mut ask = Ask::first(2);
    let mut names = Vec::new();
    loop {
        let page: Result<_, RegistryError> = admin
            .run(database, async |tx| organisations::distributors(tx, &ask).await)
            .await;
        let page = page.unwrap();
        names.extend(page.rows.into_iter().map(|one| one.name));
        let Some(next) = page.next else { break };
        ask.after = Some(next);
    }
    assert_eq!(names, ["alpha", "Beta", "Dora", "Ernst", "zebra"]);
}
