//! What customers do with their endpoints, and that none can reach another's.

use chrono::TimeDelta;
use uuid::Uuid;
use vitalwire_server::forwarding::signature::{Received, Secret, Verifier, verify};
use vitalwire_server::forwarding::{
    AddressError, Attempt, EndpointChange, EndpointError, NewEndpoint, webhook_id,
};
use vitalwire_server::ground::enums::{AttemptOutcome, EndpointFormat, EndpointState, EventDeliveryState};
use vitalwire_server::tenancy::Scope as _;

use crate::receiver::{Captured, Receiver};
use crate::world::{Reading, World};

const LEFT: &str = "select count(*) from delivery";

fn new(url: &str) -> NewEndpoint {
    NewEndpoint {
        url: url.to_owned(),
        description: String::new(),
        format: EndpointFormat::Canonical,
        batch_max: 1,
    }
}

fn believes(captured: &Captured, world: &World, secret: &str) -> bool {
    let message = Received {
        id: &captured.id,
        timestamp: &captured.timestamp,
        signature: &captured.signature,
        body: &captured.body,
    };
    verify(
        message,
        world.ground.now(),
        &Verifier::Secret(Secret::parse(secret).unwrap()),
    )
    .is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_customer_s_endpoint_is_not_there() {
    let world = World::new().await;
    let (owner, stranger) = (world.customer("Owner").await, world.customer("Stranger").await);
    let endpoint = world
        .endpoint(&owner, "http://127.0.0.1:9/hook", 1)
        .await
        .endpoint
        .id;
    let delivery = world.endpoints.send_test(&owner.scope, endpoint).await.unwrap();
    let (database, endpoints) = (&world.database, &world.endpoints);
    macro_rules! not_found {
        ($tx:ident => $call:expr) => {
            let result = stranger
                .scope
                .run(database, async |$tx| $call.await.map(drop))
                .await;
            assert!(
                matches!(result, Err(EndpointError::NotFound)),
                stringify!($call)
            );
        };
    }
    not_found!(tx => endpoints.get(tx, endpoint));
    not_found!(tx => endpoints.change(tx, endpoint, EndpointChange::default()));
    not_found!(tx => endpoints.rotate_secret(tx, endpoint));
    not_found!(tx => endpoints.health(tx, endpoint));
    not_found!(tx => endpoints.attempts(tx, endpoint, None, 10));
    not_found!(tx => endpoints.dead_letters(tx, endpoint, None, 10));
    not_found!(tx => endpoints.retry(tx, endpoint, delivery));
    not_found!(tx => endpoints.retry_all(tx, endpoint));
    let test = endpoints.send_test(&stranger.scope, endpoint).await;
    assert!(matches!(test, Err(EndpointError::NotFound)));
    let list = stranger
        .scope
        .run(database, async |tx| endpoints.list(tx).await)
        .await
        .unwrap();
    assert!(list.is_empty());
    assert_eq!(world.count("select count(*) from delivery").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_an_endpoint_is_refused() {
    let world = World::new().await;
    let customer = world.customer("Anna").await;
    let refused = async |new: NewEndpoint| {
        let run = customer.scope.run(&world.database, async |tx| {
            world.endpoints.register(tx, new).await
        });
        run.await.unwrap_err()
    };
    assert!(matches!(
        refused(new("no address")).await,
        EndpointError::Address(AddressError::Unreadable)
    ));
    let metadata = refused(new("http://169.254.169.254/latest/meta-data")).await;
    assert!(matches!(
        metadata,
        EndpointError::Address(AddressError::NotPublic)
    ));
    let url = "https://example.org/hook";
    assert!(matches!(
        refused(NewEndpoint {
            batch_max: 101,
            ..new(url)
        })
        .await,
        EndpointError::Batch
    ));
    let long = NewEndpoint {
        description: "x".repeat(201),
        ..new(url)
    };
    assert!(matches!(refused(long).await, EndpointError::Description));
    for n in 0..20 {
        world
            .endpoint(&customer, &format!("https://example.org/{n}"), 1)
            .await;
    }
    assert!(matches!(refused(new(url)).await, EndpointError::TooMany));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_goes_the_real_way_and_costs_nothing() {
    let world = World::new().await;
    let customer = world.customer("Anna").await;
    let mut receiver = Receiver::start();
    let made = world.endpoint(&customer, &receiver.url, 1).await;
    let forwarding = world.start();
    let delivery = world
        .endpoints
        .send_test(&customer.scope, made.endpoint.id)
        .await
        .unwrap();
    let test = receiver.next().await;
    assert_eq!(
        (test.json()["type"].as_str(), test.id.as_str()),
        (Some("endpoint.test"), &*webhook_id(delivery))
    );
    assert!(believes(&test, &world, &made.secret));
    world.until(LEFT, 0).await;
    assert_eq!(world.count("select count(*) from usage_delivery_day").await, 0);
    assert_eq!(world.count("select last_sequence from customer_stream").await, 1);
    forwarding.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_counts_for_the_next_delivery() {
    let world = World::new().await;
    let customer = world.customer("Anna").await;
    let mut receiver = Receiver::start();
    let id = world.endpoint(&customer, &receiver.url, 1).await.endpoint.id;
    let forwarding = world.start();
    world.commit_one(&customer).await;
    assert_eq!(receiver.next().await.json()["data"]["kind"], "blood_pressure");

    world.clock.advance(TimeDelta::seconds(1));
    let change = async |change: EndpointChange| {
        customer
            .scope
            .run(&world.database, async |tx| {
                world.endpoints.change(tx, id, change).await
            })
            .await
            .unwrap()
    };
    let paused = change(EndpointChange {
        state: Some(EndpointState::Disabled),
        ..EndpointChange::default()
    })
    .await;
    assert_eq!(
        (paused.state, paused.disabled_reason.as_deref()),
        (EndpointState::Disabled, Some("paused"))
    );
    let changed = change(EndpointChange {
        description: Some(" the ward ".to_owned()),
        format: Some(EndpointFormat::Fhir),
        state: Some(EndpointState::Active),
        ..EndpointChange::default()
    })
    .await;
    assert_eq!(
        (changed.description.as_str(), changed.format),
        ("the ward", EndpointFormat::Fhir)
    );
    world.commit_one(&customer).await;
    assert_eq!(
        receiver.next().await.json()["data"]["resourceType"],
        "Observation"
    );
    forwarding.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_new_secret_the_old_one_counts_for_a_day() {
    let world = World::new().await;
    let customer = world.customer("Anna").await;
    let mut receiver = Receiver::start();
    let made = world.endpoint(&customer, &receiver.url, 1).await;
    let forwarding = world.start();
    world.clock.advance(TimeDelta::seconds(1));
    let id = made.endpoint.id;
    let rotate = customer.scope.run(&world.database, async |tx| {
        world.endpoints.rotate_secret(tx, id).await
    });
    let secret = rotate.await.unwrap();
    assert_ne!(secret, made.secret);
    world.commit_one(&customer).await;
    let captured = receiver.next().await;
    assert!(believes(&captured, &world, &secret) && believes(&captured, &world, &made.secret));
    world.clock.advance(TimeDelta::hours(25));
    world.commit_one(&customer).await;
    let captured = receiver.next().await;
    assert!(believes(&captured, &world, &secret) && !believes(&captured, &world, &made.secret));
    forwarding.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_comes_in_pages_and_says_how_far_a_reading_is() {
    let world = World::new().await;
    let customer = world.customer("Anna").await;
    let receiver = Receiver::start();
    let id = world.endpoint(&customer, &receiver.url, 1).await.endpoint.id;
    let forwarding = world.start();
    let readings = world.commit(&customer, &[Reading::default(); 3]).await;
    world.until("select count(*) from delivery_attempt", 3).await;
    let look = customer.scope.run(&world.database, async |tx| {
        let all = world.endpoints.attempts(tx, id, None, 10).await?;
        let newest = world.endpoints.attempts(tx, id, None, 1).await?;
        let rest = world
            .endpoints
            .attempts(tx, id, Some((newest[0].at, newest[0].id)), 10)
            .await?;
        assert_eq!([newest, rest].concat(), all);
        let asked = [readings[0].into(), Uuid::nil().into()];
        let states = world.endpoints.deliveries_of(tx, &asked).await?;
        Ok::<_, EndpointError>((all, states, world.endpoints.health(tx, id).await?))
    });
    let (attempts, states, health) = look.await.unwrap();
    assert_eq!(attempts.len(), 3);
    let fine =
        |attempt: &Attempt| attempt.outcome == AttemptOutcome::Delivered && attempt.status == Some(200);
    assert!(attempts.iter().all(fine));
    assert_eq!(
        (states.len(), states[0].state),
        (1, EventDeliveryState::Delivered)
    );
    assert_eq!(
        (health.delivered_last_hour, health.waiting, health.dead),
        (3, 0, 0)
    );
    assert!(health.p50_ms.is_some() && health.p99_ms.is_some());
    forwarding.stop().await;
}
