//! Names of organisations beside each other.

use std::future::Future;

use tokio::sync::oneshot;
use vitalwire_server::ground::enums::OrganisationState;
use vitalwire_server::ground::ids::{CustomerId, DistributorId};
use vitalwire_server::registry::organisations::{
    self, CustomerFilter, CustomerPatch, DistributorPatch, NewOrganisation, OrganisationPatch,
};
use vitalwire_server::registry::{Ask, Name, RegistryError, Typed as _};
use vitalwire_server::tenancy::{AdminScope, DistributorScope, Scope as _, Tx};

use super::{change, city, seen, set_state, state};
use crate::meeting::somebody_waits;
use crate::world::{Dealer, World};

/// Whether it is refused for a name, and with these words of what to do.
fn is_taken<T>(refused: &Result<T, RegistryError>, what_to_do: &str) -> bool {
    matches!(refused, Err(RegistryError::Invalid { field: "name", why })
        if why.contains("is called so already") && why.contains(what_to_do))
}

const ADD: &str = "add what tells them apart";
const OPEN: &str = "rename one of them, then this one can be opened again";
const MOVE: &str = "rename one of them, then this one can be moved";

fn named(name: &str) -> OrganisationPatch {
    OrganisationPatch {
        name: Some(Name::parse("name", name).unwrap()),
        ..OrganisationPatch::default()
    }
}

fn rename(name: &str) -> CustomerPatch {
    CustomerPatch {
        organisation: named(name),
        ..CustomerPatch::default()
    }
}

/// As the portal's form sends it, with the name beside the state.
fn open_as(name: &str, state: OrganisationState) -> CustomerPatch {
    CustomerPatch {
        state: Some(state),
        ..rename(name)
    }
}

fn of_distributor(name: Option<&str>, state: Option<OrganisationState>) -> DistributorPatch {
    DistributorPatch {
        organisation: name.map(named).unwrap_or_default(),
        state,
    }
}

async fn add(world: &World, of: &Dealer, name: &str) -> Result<CustomerId, RegistryError> {
    let (scope, ground) = (of.scope(), &world.ground);
    let new = NewOrganisation::named(name, None)?;
    let made = async |tx: &_| organisations::create_customer_of(tx, scope, ground, new).await;
    scope.run(&world.database, made).await
}

async fn add_distributor(world: &World, name: &str) -> Result<DistributorId, RegistryError> {
    let (admin, ground) = (world.admin(), &world.ground);
    let new = NewOrganisation::named(name, None)?;
    let made = async |tx: &_| organisations::create_distributor(tx, admin, ground, new).await;
    admin.run(&world.database, made).await
}

async fn change_distributor(
    world: &World,
    id: DistributorId,
    patch: DistributorPatch,
) -> Result<(), RegistryError> {
    let (admin, ground) = (world.admin(), &world.ground);
    let changed = async |tx: &_| organisations::change_distributor(tx, admin, ground, id, patch).await;
    admin.run(&world.database, changed).await
}

async fn move_to(world: &World, id: CustomerId, to: Option<&Dealer>) -> Result<(), RegistryError> {
    let to = to.map(|dealer| dealer.id);
    organisations::move_customer(&world.database, world.admin(), &world.ground, id, to).await
}

#[tokio::test]
async fn no_two_beside_each_other_differ_by_case_alone() {
    let world = World::new().await;
    let (dora, ernst) = (world.dealer("Dora").await, world.dealer("Ernst").await);
    let first = add(&world, &dora, "Northside Clinic").await.unwrap();
    assert!(is_taken(&add(&world, &dora, "northside clinic").await, ADD));
    // In another portfolio it is nobody's business.
    add(&world, &ernst, "Northside Clinic").await.unwrap();
    let other = add(&world, &dora, "Lakeview").await.unwrap();
    let renamed = change(&world, dora.scope(), other, rename("NORTHSIDE Clinic")).await;
    assert!(is_taken(&renamed, ADD));
    change(&world, dora.scope(), first, rename("Northside CLINIC"))
        .await
        .unwrap();

    assert!(is_taken(&add_distributor(&world, "dora").await, ADD));
    let renamed = change_distributor(&world, dora.id, of_distributor(Some("ERNST"), None)).await;
    assert!(is_taken(&renamed, ADD));

    // Lists come in the order in which people look, page by page.
    for name in ["zebra", "alpha", "Beta"] {
        add_distributor(&world, name).await.unwrap();
    }
    let mut ask = Ask::first(2);
    let mut names = Vec::new();
    loop {
        let found = async |tx: &_| organisations::distributors(tx, &ask).await;
        let page: Result<_, RegistryError> = world.admin().run(&world.database, found).await;
        let page = page.unwrap();
        names.extend(page.rows.into_iter().map(|one| one.name));
        let Some(next) = page.next else { break };
        ask.after = Some(next);
    }
    assert_eq!(names, ["alpha", "Beta", "Dora", "Ernst", "zebra"]);
}

#[tokio::test]
async fn a_customer_is_opened_again_only_where_its_name_is_free() {
    let world = World::new().await;
    let (dora, ernst) = (world.dealer("Dora").await, world.dealer("Ernst").await);
    let admin = world.admin();
    let old = add(&world, &dora, "Northside").await.unwrap();
    set_state(&world, old, OrganisationState::Closed).await;
    // A closed one gives its name free.
    let new = add(&world, &dora, "northside").await.unwrap();
    for to in [OrganisationState::Active, OrganisationState::Suspended] {
        assert!(is_taken(&change(&world, admin, old, state(to)).await, OPEN));
        let as_the_form_sends_it = open_as("Northside", to);
        assert!(is_taken(
            &change(&world, admin, old, as_the_form_sends_it).await,
            OPEN
        ));
        assert_eq!(seen(&world, old).await.state, OrganisationState::Closed);
    }
    // What else is changed of a closed one is nobody's business.
    change(&world, admin, old, city("Buffalo")).await.unwrap();
    // Under another name it is opened in the same step.
    change(
        &world,
        admin,
        old,
        open_as("Northside West", OrganisationState::Active),
    )
    .await
    .unwrap();
    // The other way round: the other one gave the name up.
    set_state(&world, new, OrganisationState::Closed).await;
    change(&world, dora.scope(), old, rename("Northside"))
        .await
        .unwrap();
    assert!(is_taken(
        &change(&world, admin, new, state(OrganisationState::Active)).await,
        OPEN
    ));
    change(&world, dora.scope(), old, rename("Southside"))
        .await
        .unwrap();
    // In another portfolio it would be in nobody's way.
    add(&world, &ernst, "Northside").await.unwrap();
    set_state(&world, new, OrganisationState::Active).await;
    // One that was suspended kept its name.
    set_state(&world, new, OrganisationState::Suspended).await;
    assert!(is_taken(&add(&world, &dora, "Northside").await, ADD));
    set_state(&world, new, OrganisationState::Active).await;
}

#[tokio::test]
async fn a_distributor_is_opened_again_only_where_its_name_is_free() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    change_distributor(
        &world,
        dora.id,
        of_distributor(None, Some(OrganisationState::Closed)),
    )
    .await
    .unwrap();
    let other = add_distributor(&world, "DORA").await.unwrap();
    let open = |name| of_distributor(name, Some(OrganisationState::Active));
    assert!(is_taken(
        &change_distributor(&world, dora.id, open(None)).await,
        OPEN
    ));
    assert!(is_taken(
        &change_distributor(&world, dora.id, open(Some("Dora"))).await,
        OPEN
    ));
    change_distributor(&world, other, of_distributor(Some("Dora West"), None))
        .await
        .unwrap();
    change_distributor(&world, dora.id, open(None)).await.unwrap();
}

#[tokio::test]
async fn a_customer_is_moved_only_where_its_name_is_free() {
    let world = World::new().await;
    let (dora, ernst) = (world.dealer("Dora").await, world.dealer("Ernst").await);
    let admin = world.admin();
    let ours = add(&world, &dora, "Northside").await.unwrap();
    let device = super::placed(&world, "S-1", ours).await;
    let theirs = add(&world, &ernst, "NORTHSIDE").await.unwrap();
    assert!(is_taken(&move_to(&world, ours, Some(&ernst)).await, MOVE));
    // Nothing of it went.
    assert_eq!(seen(&world, ours).await.distributor, Some(dora.id));
    assert_eq!(world.seen(device).await.distributor, Some(dora.id));
    // Among the platform's own it is free, until there is one.
    move_to(&world, ours, None).await.unwrap();
    assert!(is_taken(&move_to(&world, theirs, None).await, MOVE));
    assert!(is_taken(&move_to(&world, ours, Some(&ernst)).await, MOVE));
    change(&world, ernst.scope(), theirs, rename("Northside East"))
        .await
        .unwrap();
    move_to(&world, ours, Some(&ernst)).await.unwrap();

    // A closed one has its name for itself; where it came to, it is asked for when it is opened.
    let closed = add(&world, &dora, "Northside").await.unwrap();
    set_state(&world, closed, OrganisationState::Closed).await;
    move_to(&world, closed, Some(&ernst)).await.unwrap();
    assert!(is_taken(
        &change(&world, admin, closed, state(OrganisationState::Active)).await,
        OPEN
    ));
    world.periods_hold().await;
}

/// A customer learns of no other, and a distributor of none: they are answered alike, whatever others are called.
#[tokio::test]
async fn who_renames_their_own_organisation_learns_nothing_of_others() {
    let world = World::new().await;
    let (dora, ernst) = (world.dealer("Dora").await, world.dealer("Ernst").await);
    let (anna, bert) = (
        world.clinic("Anna", Some(&dora)).await,
        world.clinic("Bert", Some(&dora)).await,
    );
    for name in ["Free", "bert", "Bert"] {
        change(&world, anna.scope(), anna.id, rename(name)).await.unwrap();
    }
    let (scope, ground) = (ernst.scope(), &world.ground);
    for name in ["Free", "dora", "Dora"] {
        let patch = of_distributor(Some(name), None);
        let renamed =
            async |tx: &_| organisations::change_distributor(tx, scope, ground, ernst.id, patch).await;
        scope.run(&world.database, renamed).await.unwrap();
    }

    // Who sees both keeps them apart: neither is lost, and a third one does not come to them.
    let wanted = CustomerFilter {
        q: Some("bert".to_owned()),
        ..CustomerFilter::default()
    };
    let both =
        async |tx: &Tx<DistributorScope>| organisations::customers_like(tx, &wanted, &Ask::first(10)).await;
    let both = dora.scope().run(&world.database, both).await.unwrap();
    let mut ids: Vec<CustomerId> = both.rows.iter().map(|one| one.id).collect();
    ids.sort_by_key(|id| id.as_uuid());
    let mut expected = [anna.id, bert.id];
    expected.sort_by_key(|id| id.as_uuid());
    assert_eq!(ids, expected);
    assert!(is_taken(&add(&world, &dora, "BERT").await, ADD));
    // Each keeps its name with whatever else is changed of it, and with another case.
    change(&world, dora.scope(), bert.id, city("Albany"))
        .await
        .unwrap();
    change(&world, dora.scope(), bert.id, rename("BERT"))
        .await
        .unwrap();
    set_state(&world, anna.id, OrganisationState::Suspended).await;
    // Once it is closed, it does not come back beside the other.
    set_state(&world, anna.id, OrganisationState::Closed).await;
    let opened = change(&world, world.admin(), anna.id, state(OrganisationState::Active)).await;
    assert!(is_taken(&opened, OPEN));
}

/// One does its work and has not committed yet; the other waits for it, and then does its own.
async fn one_after_the_other<T, U>(
    first: impl AsyncFnOnce(oneshot::Sender<()>) -> Result<T, RegistryError>,
    second: impl Future<Output = Result<U, RegistryError>>,
) -> Result<U, RegistryError> {
    let (done, is_done) = oneshot::channel();
    let second = async {
        is_done.await.unwrap();
        second.await
    };
    let (first, second) = tokio::join!(first(done), second);
    assert!(first.is_ok(), "the first has the name");
    second
}

/// The end of a transaction whose work is done: others may begin, and it commits when one of them waits for it.
async fn hold(world: &World, done: oneshot::Sender<()>) {
    done.send(()).unwrap();
    somebody_waits(world).await;
}

#[tokio::test]
async fn of_two_who_bring_one_name_to_a_portfolio_the_second_is_refused() {
    let world = World::new().await;
    let (dora, ernst) = (world.dealer("Dora").await, world.dealer("Ernst").await);
    let (admin, database, ground) = (world.admin(), &world.database, &world.ground);
    let closed = add(&world, &dora, "North").await.unwrap();
    set_state(&world, closed, OrganisationState::Closed).await;
    let other = add(&world, &dora, "South").await.unwrap();

    // One renames, the other opens again.
    let renaming = async |done| {
        let work = async |tx: &Tx<DistributorScope>| {
            organisations::change_customer(tx, dora.scope(), ground, other, rename("NORTH")).await?;
            hold(&world, done).await;
            Ok::<_, RegistryError>(())
        };
        dora.scope().run(database, work).await
    };
    let opening = change(&world, admin, closed, state(OrganisationState::Active));
    assert!(is_taken(&one_after_the_other(renaming, opening).await, OPEN));

    // One opens again, the other renames.
    change(&world, dora.scope(), other, rename("South"))
        .await
        .unwrap();
    let opening = async |done| {
        let work = async |tx: &Tx<AdminScope>| {
            let active = state(OrganisationState::Active);
            organisations::change_customer(tx, admin, ground, closed, active).await?;
            hold(&world, done).await;
            Ok::<_, RegistryError>(())
        };
        admin.run(database, work).await
    };
    let renaming = change(&world, dora.scope(), other, rename("north"));
    assert!(is_taken(&one_after_the_other(opening, renaming).await, ADD));

    // One adds, the other is moved there.
    let adding = async |done| {
        let new = NewOrganisation::named("NORTH", None)?;
        let work = async |tx: &Tx<DistributorScope>| {
            let id = organisations::create_customer_of(tx, ernst.scope(), ground, new).await?;
            hold(&world, done).await;
            Ok::<_, RegistryError>(id)
        };
        ernst.scope().run(database, work).await
    };
    let moving = move_to(&world, closed, Some(&ernst));
    assert!(is_taken(&one_after_the_other(adding, moving).await, MOVE));
    assert_eq!(seen(&world, closed).await.distributor, Some(dora.id));
}

#[tokio::test]
async fn of_two_distributors_that_get_one_name_the_second_is_refused() {
    let world = World::new().await;
    let (admin, database, ground) = (world.admin(), &world.database, &world.ground);
    let closed = add_distributor(&world, "Zeta").await.unwrap();
    change_distributor(
        &world,
        closed,
        of_distributor(None, Some(OrganisationState::Closed)),
    )
    .await
    .unwrap();
    let adding = async |name: &str, done| {
        let new = NewOrganisation::named(name, None)?;
        let work = async |tx: &Tx<AdminScope>| {
            let id = organisations::create_distributor(tx, admin, ground, new).await?;
            hold(&world, done).await;
            Ok::<_, RegistryError>(id)
        };
        admin.run(database, work).await
    };
    let another = add_distributor(&world, "BETA");
    let refused = one_after_the_other(async |done| adding("Beta", done).await, another).await;
    assert!(is_taken(&refused, ADD));
    let opening = of_distributor(None, Some(OrganisationState::Active));
    let opening = change_distributor(&world, closed, opening);
    let refused = one_after_the_other(async |done| adding("zeta", done).await, opening).await;
    assert!(is_taken(&refused, OPEN));
}
