//! Customers and distributors: who may write what of them, what their states mean, and what goes along when a customer
//! changes hands.

mod closing;
mod devices;
mod names;
mod past;

use sqlx::Row as _;
use uuid::Uuid;
use vitalwire_server::ground::enums::{ContactPurpose, OrganisationState, PatientMode, Report, Transport};
use vitalwire_server::ground::ids::CustomerId;
use vitalwire_server::history::commit::Verdict;
use vitalwire_server::identity::Password;
use vitalwire_server::registry::contacts::{self, ContactPatch, NewContact, Of};
use vitalwire_server::registry::models::{self, ModelPatch};
use vitalwire_server::registry::moves::{self, Placement};
use vitalwire_server::registry::organisations::{
    self, Customer, CustomerPatch, DistributorPatch, Draft, NewOrganisation,
};
use vitalwire_server::registry::rights::HasRights;
use vitalwire_server::registry::{
    Change, NumbersPatch, Reference, RegistryError, Typed as _, configure, tokens,
};
use vitalwire_server::tenancy::Scope as _;

use crate::world::World;

fn state(state: OrganisationState) -> CustomerPatch {
    CustomerPatch {
        state: Some(state),
        ..CustomerPatch::default()
    }
}

fn city(city: &str) -> CustomerPatch {
    let draft = Draft {
        city: Some(Some(city)),
        ..Draft::default()
    };
    CustomerPatch {
        organisation: draft.to_patch().unwrap(),
        ..CustomerPatch::default()
    }
}

async fn change<S: HasRights>(
    world: &World,
    by: &S,
    id: CustomerId,
    patch: CustomerPatch,
) -> Result<(), RegistryError> {
    by.run(&world.database, async |tx| {
        organisations::change_customer(tx, by, &world.ground, id, patch).await
    })
    .await
}

/// An admin makes a customer active, suspended or closed.
async fn set_state(world: &World, id: CustomerId, to: OrganisationState) {
    change(world, world.admin(), id, state(to)).await.unwrap();
}

async fn seen(world: &World, id: CustomerId) -> Customer {
    let seen = async |tx: &_| organisations::customer(tx, id).await;
    let seen: Result<_, RegistryError> = world.admin().run(&world.database, seen).await;
    seen.unwrap()
}

/// Places a new active device with a customer.
async fn placed(
    world: &World,
    serial: &str,
    customer: CustomerId,
) -> vitalwire_server::ground::ids::DeviceId {
    let device = world.device(serial).await;
    let at = Placement {
        customer,
        state: None,
        from: None,
    };
    moves::place(&world.ground, &world.database, world.admin(), device, at)
        .await
        .unwrap();
    world.tick();
    device
}

#[tokio::test]
async fn everybody_writes_their_own_and_nobody_another_s() {
    let world = World::new().await;
    let (dora, ernst) = (world.dealer("Dora").await, world.dealer("Ernst").await);
    let (anna, cleo) = (
        world.clinic("Anna", Some(&dora)).await,
        world.clinic("Cleo", Some(&ernst)).await,
    );
    change(&world, world.admin(), anna.id, city("Boston"))
        .await
        .unwrap();
    change(&world, dora.scope(), anna.id, city("Chicago"))
        .await
        .unwrap();
    assert_eq!(seen(&world, anna.id).await.paper.city.as_deref(), Some("Chicago"));
    change(&world, anna.scope(), anna.id, city("Denver"))
        .await
        .unwrap();
    assert_eq!(seen(&world, anna.id).await.paper.city.as_deref(), Some("Denver"));

    for foreign in [
        change(&world, dora.scope(), cleo.id, city("Mine")).await,
        change(&world, anna.scope(), cleo.id, city("Mine")).await,
        change(&world, dora.scope(), world.ground.id(), city("Mine")).await,
    ] {
        assert!(
            matches!(foreign, Err(RegistryError::NotFound("customer"))),
            "{foreign:?}"
        );
    }
    let paired = CustomerPatch {
        patient_mode: Some(PatientMode::Paired),
        ..CustomerPatch::default()
    };
    for not_its_own in [state(OrganisationState::Suspended), paired.clone()] {
        let refused = change(&world, anna.scope(), anna.id, not_its_own).await;
        assert!(
            matches!(refused, Err(RegistryError::NotAllowed(_))),
            "{refused:?}"
        );
    }
    change(&world, dora.scope(), anna.id, paired).await.unwrap();
    assert_eq!(seen(&world, anna.id).await.patient_mode, PatientMode::Paired);

    let (own, foreign) = (dora.id, ernst.id);
    let named = |draft: Draft<'_>| DistributorPatch {
        organisation: draft.to_patch().unwrap(),
        state: None,
    };
    let legal = Draft {
        legal_name: Some(Some("Dora Inc.")),
        ..Draft::default()
    };
    let rename = async |id, patch| {
        dora.scope()
            .run(&world.database, async |tx| {
                organisations::change_distributor(tx, dora.scope(), &world.ground, id, patch).await
            })
            .await
    };
    rename(own, named(legal)).await.unwrap();
    let refused = rename(foreign, named(legal)).await;
    assert!(
        matches!(refused, Err(RegistryError::NotFound("distributor"))),
        "{refused:?}"
    );
    let open = DistributorPatch {
        state: Some(OrganisationState::Active),
        ..DistributorPatch::default()
    };
    let refused = rename(own, open).await;
    assert!(
        matches!(refused, Err(RegistryError::NotAllowed(_))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_suspended_customer_s_readings_are_taken_and_it_signs_in_and_a_closed_one_s_people_do_not() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    let anna = world.clinic("Anna", Some(&dora)).await;
    let device = placed(&world, "S-1", anna.id).await;
    let token = world.token(device).await;

    change(&world, dora.scope(), anna.id, state(OrganisationState::Suspended))
        .await
        .unwrap();
    let (verdict, owner) = world.measure(device, token).await;
    assert!(matches!(verdict, Verdict::Accepted { .. }), "{verdict:?}");
    assert_eq!(owner, Some(anna.id));
    let sign_in = async || {
        let remote = std::net::Ipv4Addr::LOCALHOST.into();
        let password = Password::typed("correct horse battery staple");
        world
            .identity
            .sign_in("anna@clinic.example", password, remote)
            .await
    };
    sign_in().await.unwrap();

    let refused = change(&world, dora.scope(), anna.id, state(OrganisationState::Closed)).await;
    assert!(
        refused
            .as_ref()
            .unwrap_err()
            .to_string()
            .contains("active devices"),
        "{refused:?}"
    );
    moves::give_back(&world.ground, &world.database, anna.scope(), device)
        .await
        .unwrap();
    change(&world, dora.scope(), anna.id, state(OrganisationState::Closed))
        .await
        .unwrap();
    assert!(sign_in().await.is_err(), "its people are gone");
    let other = world.device("S-2").await;
    let at = Placement {
        customer: anna.id,
        state: None,
        from: None,
    };
    let given = moves::place(&world.ground, &world.database, world.admin(), other, at).await;
    assert!(matches!(given, Err(RegistryError::Conflict(_))), "{given:?}");
    let opened = change(&world, dora.scope(), anna.id, state(OrganisationState::Active)).await;
    assert!(matches!(opened, Err(RegistryError::NotAllowed(_))), "{opened:?}");
    set_state(&world, anna.id, OrganisationState::Active).await;
}

#[tokio::test]
async fn a_distributor_that_is_not_served_gets_no_customers_and_closes_after_them() {
    let world = World::new().await;
    let dora = world.dealer("Dora").await;
    let anna = world.clinic("Anna", Some(&dora)).await;
    let admin = world.admin();
    let set = async |to| {
        let patch = DistributorPatch {
            state: Some(to),
            ..DistributorPatch::default()
        };
        admin
            .run(&world.database, async |tx| {
                organisations::change_distributor(tx, admin, &world.ground, dora.id, patch).await
            })
            .await
    };
    let add = async || {
        let new = NewOrganisation::named("New", None).unwrap();
        dora.scope()
            .run(&world.database, async |tx| {
                organisations::create_customer_of(tx, dora.scope(), &world.ground, new).await
            })
            .await
    };
    set(OrganisationState::Suspended).await.unwrap();
    assert!(matches!(add().await, Err(RegistryError::Conflict(_))));
    assert!(matches!(
        set(OrganisationState::Closed).await,
        Err(RegistryError::Conflict(_))
    ));
    set_state(&world, anna.id, OrganisationState::Closed).await;
    set(OrganisationState::Closed).await.unwrap();
    set(OrganisationState::Active).await.unwrap();
    add().await.unwrap();
}

/// Everything that carries the customer's distributor beside it, counted by distributor.
async fn carried(world: &World, customer: CustomerId) -> Vec<(String, Option<Uuid>, i64)> {
    let rows = sqlx::query(
        "select t, distributor_id, count(*) from (
           select 'contact' as t, distributor_id from contact where customer_id = $1
           union all select 'device', distributor_id from device where customer_id = $1
           union all select 'hub', distributor_id from hub where customer_id = $1
           union all select 'open period', distributor_id from assignment where customer_id = $1 and valid_until is null
           union all select 'past period', distributor_id from assignment where customer_id = $1 and valid_until is not null
           union all select 'status', distributor_id from device_status where customer_id = $1
           union all select 'token', distributor_id from device_credential where customer_id = $1
         ) c group by 1, 2 order by 1, 2",
    )
    .bind(customer)
    .fetch_all(&world.sql)
    .await
    .unwrap();
    rows.iter()
        .map(|row| (row.get(0), row.get(1), row.get(2)))
        .collect()
}

#[tokio::test]
async fn a_customer_changes_hands_with_all_that_it_holds() {
    let world = World::new().await;
    let (dora, ernst) = (world.dealer("Dora").await, world.dealer("Ernst").await);
    let (anna, other) = (
        world.clinic("Anna", Some(&dora)).await,
        world.clinic("Other", Some(&dora)).await,
    );
    let (device, gone) = (
        placed(&world, "S-1", anna.id).await,
        placed(&world, "S-2", anna.id).await,
    );
    let (kept, provisioned) = (placed(&world, "S-3", other.id).await, world.token(device).await);
    moves::give_back(&world.ground, &world.database, anna.scope(), gone)
        .await
        .unwrap();
    let issued = tokens::issue(&world.ground, &world.database, anna.scope(), device).await;
    let token: Uuid = sqlx::query_scalar("select id from device_credential where customer_id = $1")
        .bind(anna.id)
        .fetch_one(&world.sql)
        .await
        .unwrap();
    issued.unwrap();
    let word = Change::Set(Reference::parse("reference", "Dora's word").unwrap());
    dora.scope()
        .run(&world.database, async |tx| {
            configure::call(tx, dora.scope(), &world.ground, device, &word).await
        })
        .await
        .unwrap();
    sqlx::query(
        "insert into contact (id, distributor_id, customer_id, purpose, name, phone, created_at)
           values (gen_random_uuid(), $1, $2, 'general', 'Pat', '+1 555 0100', now())",
    )
    .bind(dora.id)
    .bind(anna.id)
    .execute(&world.sql)
    .await
    .unwrap();
    sqlx::query("insert into device_status (device_id, distributor_id, customer_id, last_seen_at) values ($1, $2, $3, now())")
        .bind(device)
        .bind(dora.id)
        .bind(anna.id)
        .execute(&world.sql)
        .await
        .unwrap();

    let (ground, database) = (&world.ground, &world.database);
    organisations::move_customer(database, world.admin(), ground, anna.id, Some(ernst.id))
        .await
        .unwrap();
    let (from, to) = (Some(dora.id.as_uuid()), Some(ernst.id.as_uuid()));
    let all = [
        ("contact", to, 1),
        ("device", to, 1),
        ("open period", to, 1),
        ("past period", from, 1),
        ("status", to, 1),
        ("token", to, 1),
    ];
    assert_eq!(
        carried(&world, anna.id).await,
        all.map(|(what, whose, count)| (what.to_owned(), whose, count))
    );
    assert_eq!(
        world.seen(kept).await.distributor,
        Some(dora.id),
        "another customer's stays"
    );
    assert_eq!(world.seen(device).await.distributor_reference, None);
    for credential in [token.into(), provisioned] {
        sqlx::query("update device_credential set revoked_at = null where id = $1")
            .bind(credential)
            .execute(&world.sql)
            .await
            .unwrap();
        let (verdict, owner) = world.measure(device, credential).await;
        assert!(matches!(verdict, Verdict::Accepted { .. }), "{verdict:?}");
        assert_eq!(owner, Some(anna.id));
    }
    change(&world, ernst.scope(), anna.id, city("Ours"))
        .await
        .unwrap();
    let gone = change(&world, dora.scope(), anna.id, city("Still mine")).await;
    assert!(
        matches!(gone, Err(RegistryError::NotFound("customer"))),
        "{gone:?}"
    );

    organisations::move_customer(database, world.admin(), ground, anna.id, None)
        .await
        .unwrap();
    assert!(
        carried(&world, anna.id)
            .await
            .iter()
            .all(|(what, whose, _)| whose.is_none() || what == "past period")
    );
    let nowhere =
        organisations::move_customer(database, world.admin(), ground, anna.id, Some(world.ground.id()));
    assert!(matches!(
        nowhere.await,
        Err(RegistryError::NotFound("distributor"))
    ));
}

#[tokio::test]
async fn contacts_are_kept_by_whoever_may_and_can_always_be_reached() {
    let world = World::new().await;
    let (dora, ernst) = (world.dealer("Dora").await, world.dealer("Ernst").await);
    let anna = world.clinic("Anna", Some(&dora)).await;
    let (database, ground) = (&world.database, &world.ground);
    let new = NewContact::typed(ContactPurpose::Clinical, "Pat", Some("pat@example.org"), None).unwrap();
    let of = Of::Customer(anna.id);
    let id = dora
        .scope()
        .run(database, async |tx| {
            contacts::add_to_customer(tx, dora.scope(), ground, anna.id, &new).await
        })
        .await
        .unwrap();
    let foreign: Result<_, RegistryError> = ernst
        .scope()
        .run(database, async |tx| {
            contacts::add_to_customer(tx, ernst.scope(), ground, anna.id, &new).await
        })
        .await;
    assert!(
        matches!(foreign, Err(RegistryError::NotFound("customer"))),
        "{foreign:?}"
    );

    let patch = |email: Option<Option<&str>>, phone: Option<Option<&str>>| ContactPatch {
        email: Change::typed("email", email).unwrap(),
        phone: Change::typed("phone", phone).unwrap(),
        ..ContactPatch::default()
    };
    let change = async |patch: ContactPatch| {
        anna.scope()
            .run(database, async |tx| {
                contacts::change(tx, anna.scope(), of, id, &patch).await
            })
            .await
    };
    let unreachable = change(patch(Some(None), None)).await;
    assert!(
        matches!(unreachable, Err(RegistryError::Invalid { .. })),
        "{unreachable:?}"
    );
    change(patch(Some(None), Some(Some("+1 555 0100"))))
        .await
        .unwrap();
    let unreachable = change(patch(None, Some(None))).await;
    assert!(
        matches!(unreachable, Err(RegistryError::Invalid { .. })),
        "{unreachable:?}"
    );

    // A customer's contact is none of the distributor's own.
    let own: Vec<_> = dora
        .scope()
        .run(database, async |tx| contacts::of_distributor(tx, dora.id).await)
        .await
        .unwrap();
    assert!(own.is_empty());
    let as_its_own: Result<_, RegistryError> = dora
        .scope()
        .run(database, async |tx| {
            contacts::remove(tx, dora.scope(), Of::Distributor(dora.id), id).await
        })
        .await;
    assert!(
        matches!(as_its_own, Err(RegistryError::NotFound("contact"))),
        "{as_its_own:?}"
    );
    anna.scope()
        .run(database, async |tx| {
            contacts::remove(tx, anna.scope(), of, id).await
        })
        .await
        .unwrap();
}
