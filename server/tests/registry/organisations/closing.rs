//! What becomes of what a customer or a distributor had when it is closed.

use vitalwire_server::ground::enums::{DeviceState, HubState, OrganisationState, UserRole};
use vitalwire_server::ground::ids::{CustomerId, DeviceId, HubId, InvitationId};
use vitalwire_server::identity::{Caller, Invitation, NewInvitation, Organisation, Password, Session};
use vitalwire_server::orders::{Arrived, Became, NewParcel, Orders, Serials, WriteOff};
use vitalwire_server::registry::devices::{self, DevicePatch, NewDevice};
use vitalwire_server::registry::hubs::{self, HubMaker, NewHub};
use vitalwire_server::registry::organisations::{self, DistributorPatch};
use vitalwire_server::registry::rights::HasRights;
use vitalwire_server::registry::{RegistryError, claim, moves, system_claim};
use vitalwire_server::tenancy::Scope as _;

use super::{placed, set_state};
use crate::world::{Clinic, Dealer, World, of_nobody};

async fn becomes<S: HasRights>(
    world: &World,
    by: &S,
    device: DeviceId,
    to: DeviceState,
) -> Result<(), RegistryError> {
    let patch = DevicePatch {
        state: Some(to),
        reference: None,
    };
    by.run(&world.database, async |tx| {
        devices::change(tx, by, &world.ground, device, patch).await
    })
    .await
}

async fn close(world: &World, id: CustomerId) {
    set_state(world, id, OrganisationState::Closed).await;
}

async fn reopen(world: &World, id: CustomerId) {
    set_state(world, id, OrganisationState::Active).await;
}

fn is_closed(refused: &Result<(), RegistryError>) {
    assert!(
        matches!(refused, Err(RegistryError::Conflict(why)) if why.contains("closed")),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_closed_customer_is_given_no_active_device_by_any_way() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    let anna = world.clinic("Anna", Some(&dora)).await;
    let old = placed(&world, "S-1", anna.id).await;
    let other = world.device("S-2").await;
    becomes(&world, dora.scope(), old, DeviceState::Inactive)
        .await
        .unwrap();
    moves::allocate(&world.ground, &world.database, world.admin(), other, dora.id)
        .await
        .unwrap();
    world.tick();
    close(&world, anna.id).await;

    is_closed(&becomes(&world, dora.scope(), old, DeviceState::Active).await);
    is_closed(&becomes(&world, world.admin(), old, DeviceState::Active).await);
    let (ground, database) = (&world.ground, &world.database);
    is_closed(&moves::replace(ground, database, dora.scope(), old, other, "broken").await);
    is_closed(&moves::replace(ground, database, world.admin(), old, other, "broken").await);
    let new = NewDevice {
        customer: Some(anna.id),
        ..of_nobody("Acme", "S-3", world.scale.into())
    };
    let added = world
        .admin()
        .run(database, async |tx| {
            devices::create(tx, world.admin(), ground, new).await
        })
        .await;
    is_closed(&added.map(drop));
    assert_eq!(world.seen(old).await.state, DeviceState::Inactive);
    assert_eq!(world.seen(other).await.customer, None);

    reopen(&world, anna.id).await;
    moves::replace(ground, database, dora.scope(), old, other, "broken")
        .await
        .unwrap();
    assert_eq!(world.seen(other).await.state, DeviceState::Active);
    world.periods_hold().await;
}

async fn hub_at(world: &World, clinic: &Clinic) -> HubId {
    let new = NewHub {
        serial: "H-1".to_owned(),
        name: "Hall".to_owned(),
        customer: Some(clinic.id),
        distributor: None,
    };
    let by = HubMaker::Admin(world.admin());
    let hub = hubs::create(&world.ground, &world.database, by, new).await;
    world.tick();
    hub.unwrap()
}

#[tokio::test]
async fn no_hub_begins_to_send_for_a_closed_customer() {
    let world = World::new().await;
    let anna = world.clinic("Anna", None).await;
    let hub = hub_at(&world, &anna).await;
    let (ground, database, admin) = (&world.ground, &world.database, world.admin());
    let code = claim::new_code(ground, database, anna.scope(), hub)
        .await
        .unwrap();
    let claimed = system_claim(ground, database, &code.expose(), &[7; 32], None)
        .await
        .unwrap();
    let confirm = async || {
        let work = async |tx: &_| hubs::confirm(tx, admin, ground, hub, &claimed.fingerprint).await;
        admin.run(database, work).await
    };
    let set = async |to| {
        let work = async |tx: &_| hubs::set_state(tx, admin, ground, hub, to).await;
        admin.run(database, work).await
    };
    close(&world, anna.id).await;
    is_closed(&confirm().await);
    is_closed(&claim::new_code(ground, database, admin, hub).await.map(drop));
    reopen(&world, anna.id).await;
    confirm().await.unwrap();
    set(HubState::Inactive).await.unwrap();
    close(&world, anna.id).await;
    is_closed(&set(HubState::Active).await);
    reopen(&world, anna.id).await;
    set(HubState::Active).await.unwrap();
}

/// Somebody's session and access token.
struct Keys {
    session: Session,
    token: String,
}

async fn signed_in(world: &World, email: &str) -> Keys {
    let from = "203.0.113.9".parse().unwrap();
    let password = || Password::typed("correct horse battery staple");
    let session = world.identity.sign_in(email, password(), from).await.unwrap();
    let token = world.identity.api_token(email, password(), from).await.unwrap();
    Keys {
        session,
        token: token.jwt,
    }
}

impl Keys {
    async fn open(&self, world: &World) -> [bool; 3] {
        let identity = &world.identity;
        [
            identity.session(&self.session.secret).await.is_ok(),
            identity.watched_by(&self.session.secret).await.is_ok(),
            identity.caller_of_token(&self.token).await.is_ok(),
        ]
    }
}

async fn set_distributor(world: &World, dora: &Dealer, to: OrganisationState) -> Result<(), RegistryError> {
    let (admin, patch) = (
        world.admin(),
        DistributorPatch {
            state: Some(to),
            ..DistributorPatch::default()
        },
    );
    admin
        .run(&world.database, async |tx| {
            organisations::change_distributor(tx, admin, &world.ground, dora.id, patch).await
        })
        .await
}

#[tokio::test]
async fn what_people_signed_in_with_before_a_closing_opens_nothing_after_it() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    let anna = world.clinic("Anna", None).await;
    let hers = signed_in(&world, "anna@clinic.example").await;
    let theirs = signed_in(&world, "dora@dealer.example").await;
    let ada = signed_in(&world, "ada@platform.example").await;
    assert_eq!(hers.open(&world).await, [true; 3]);
    assert_eq!(theirs.open(&world).await, [true; 3]);
    world.tick();
    close(&world, anna.id).await;
    set_distributor(&world, &dora, OrganisationState::Closed)
        .await
        .unwrap();
    world.tick();
    reopen(&world, anna.id).await;
    set_distributor(&world, &dora, OrganisationState::Active)
        .await
        .unwrap();
    assert_eq!(hers.open(&world).await, [false; 3]);
    assert_eq!(theirs.open(&world).await, [false; 3]);
    assert_eq!(ada.open(&world).await, [true; 3], "nobody else's");
    world.tick();
    let anew = signed_in(&world, "anna@clinic.example").await;
    assert_eq!(anew.open(&world).await, [true; 3]);
    // What stops and goes on without having been closed ends nothing.
    set_state(&world, anna.id, OrganisationState::Suspended).await;
    reopen(&world, anna.id).await;
    assert_eq!(anew.open(&world).await, [true; 3]);
}

async fn invitations_of(world: &World, dora: &Dealer) -> Vec<Invitation> {
    let identity = &world.identity;
    dora.scope()
        .run(&world.database, async |tx| {
            identity.invitations(tx, None, 9).await
        })
        .await
        .unwrap()
}

async fn invite(world: &World, by: &Caller, to: CustomerId) -> InvitationId {
    let new = NewInvitation {
        email: "first@clinic.example".parse().unwrap(),
        name: "First".to_owned(),
        role: UserRole::Customer,
        organisation: Organisation::Customer(to),
        permissions: None,
        belonging: vitalwire_server::identity::Belonging::default(),
    };
    world.identity.invite(by, new).await.unwrap()
}

#[tokio::test]
async fn a_former_distributor_s_invitation_goes_with_the_customer() {
    let world = World::new().await;
    let (dora, ernst) = (world.dealer("Dora").await, world.dealer("Ernst").await);
    let empty = world.ground.id::<CustomerId>();
    sqlx::query(
        "insert into customer (id, name, distributor_id, created_at) values ($1, 'Empty', $2, now())",
    )
    .bind(empty)
    .bind(dora.id)
    .execute(&world.sql)
    .await
    .unwrap();
    let invitation = invite(&world, &dora.user, empty).await;
    assert_eq!(invitations_of(&world, &dora).await.len(), 1);
    organisations::move_customer(
        &world.database,
        world.admin(),
        &world.ground,
        empty,
        Some(ernst.id),
    )
    .await
    .unwrap();
    assert!(invitations_of(&world, &dora).await.is_empty(), "it is over");
    let again = world
        .identity
        .send_invitation_again(&dora.user, dora.scope(), invitation)
        .await;
    assert!(again.is_err(), "it goes to nobody again");
    // It stands in nobody's way.
    invite(&world, &ernst.user, empty).await;
    assert_eq!(invitations_of(&world, &ernst).await.len(), 1);
}

fn told(refused: Result<(), RegistryError>) -> String {
    refused.unwrap_err().to_string()
}

#[tokio::test]
async fn a_distributor_closes_after_its_orders_and_a_parcel_that_it_never_confirms_is_settled_without_it() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    let device = world.device("S-1").await;
    let orders = Orders {
        ground: &world.ground,
        database: &world.database,
    };
    let id = orders.place(&dora.user, world.wants(1, 0)).await.unwrap();
    let why = told(set_distributor(&world, &dora, OrganisationState::Closed).await);
    assert!(
        why.contains("orders or returns") && why.contains("written off"),
        "{why}"
    );
    set_distributor(&world, &dora, OrganisationState::Suspended)
        .await
        .unwrap();
    let refused = orders.place(&dora.user, world.wants(1, 0)).await;
    assert!(refused.unwrap_err().to_string().contains("suspended"));
    let all = Serials::Next {
        line: None,
        count: None,
    };
    orders.allocate(&world.admin, id, all).await.unwrap();
    let parcel = NewParcel {
        carrier: "UPS".to_owned(),
        tracking: None,
        serials: None,
    };
    orders.ship(&world.admin, id, parcel).await.unwrap();
    told(set_distributor(&world, &dora, OrganisationState::Closed).await);
    let not_theirs = Arrived::AllBut {
        parcel: None,
        missing: Vec::new(),
    };
    assert!(orders.receive(&world.admin, id, not_theirs).await.is_err());
    let back = WriteOff {
        serials: vec!["S-1".to_owned()],
        became: Became::Here,
        replace: false,
    };
    orders.write_off(&world.admin, id, back).await.unwrap();
    set_distributor(&world, &dora, OrganisationState::Closed)
        .await
        .unwrap();
    let ernst = world.dealer("Ernst").await;
    moves::allocate(&world.ground, &world.database, world.admin(), device, ernst.id)
        .await
        .unwrap();
}
