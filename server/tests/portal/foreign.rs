//! Another customer's ids, on every route that takes one.

use chrono::TimeDelta;
use uuid::Uuid;

use crate::world::World;

#[tokio::test]
async fn foreign_and_unknown_ids_are_not_there() {
    let world = World::new().await;
    let (own, other) = (world.customer("Own").await, world.customer("Other").await);
    let reading = world.commit(&other, &[(TimeDelta::seconds(5), 173, 107)]).await[0];
    let endpoint = [("url", "https://example.org/hook")];
    let (browser, foreign) = (world.signed_in("Own").await, world.signed_in("Other").await);
    for customer in [&browser, &foreign] {
        assert_eq!(customer.submit("/endpoint", &endpoint).await.status, 201);
    }
    let dead = dead_letter(&world, other.id).await;
    let first_line = "1 endpoint needs care<";
    assert!(
        foreign.get("/devices").await.text.contains(first_line),
        "what was given up wants a person"
    );
    assert!(!browser.get("/devices").await.text.contains(first_line));

    // Each route with an id: how it is asked, and an id of the other customer.
    let routes = [
        ("GET", "/devices/{id}", other.device),
        ("GET", "/devices/{id}/readings.csv", other.device),
        ("GET", "/devices/{id}/live", other.device),
        ("GET", "/devices/{id}/blood_pressure/live", other.device),
        ("GET", "/readings/{id}/trace", reading),
        ("GET", "/devices/{id}/about", other.device),
        ("POST", "/devices/{id}/activate", other.device),
        ("POST", "/devices/{id}/deactivate", other.device),
        ("POST", "/devices/{id}/reference", other.device),
        ("POST", "/devices/{id}/return", other.device),
        ("POST", "/devices/{id}/replace", other.device),
        ("POST", "/devices/{id}/token", other.device),
        ("POST", "/devices/{id}/revoke-token", other.device),
        ("GET", "/hubs/{id}", other.hub),
        ("POST", "/hubs/{id}/claim-code", other.hub),
        ("POST", "/hubs/{id}/confirm", other.hub),
        ("POST", "/hubs/{id}/refuse", other.hub),
        ("POST", "/hubs/{id}/activate", other.hub),
        ("POST", "/hubs/{id}/deactivate", other.hub),
        ("POST", "/hubs/{id}/name", other.hub),
        ("POST", "/hubs/{id}/return", other.hub),
        ("POST", "/hubs/{id}/command", other.hub),
        ("POST", "/endpoint/dead-letters/{id}/retry", dead),
    ];
    for (method, route, id) in routes {
        for id in [
            id.to_string(),
            Uuid::from_u128(7).to_string(),
            "not-an-id".to_owned(),
        ] {
            let path = route.replace("{id}", &id);
            let answer = match method {
                "GET" => browser.get(&path).await,
                _ => browser.submit(&path, &[("fingerprint", "ab:cd")]).await,
            };
            assert_eq!(answer.status, 404, "{method} {path}");
            assert!(!answer.shows("173"), "{path}");
        }
    }
    // The same ids are there for their owner, so that the table above proves something.
    assert_eq!(
        foreign.get(&format!("/devices/{}", other.device)).await.status,
        200
    );
    assert_eq!(
        foreign.get(&format!("/readings/{reading}/trace")).await.status,
        200
    );
    assert_eq!(
        foreign
            .submit(&format!("/hubs/{}/claim-code", other.hub), &[])
            .await
            .status,
        303
    );
    let retried = foreign
        .submit(&format!("/endpoint/dead-letters/{dead}/retry"), &[])
        .await;
    assert_eq!(retried.location(), "/endpoint?said=retried");
    assert!(!browser.get("/devices").await.text.contains(&other.serial));
    assert!(browser.get("/devices").await.text.contains(&own.serial));
}

#[tokio::test]
async fn a_distributor_sees_its_own_devices_and_no_value() {
    let world = World::new().await;
    let distributor = world.distributor("Meridian").await;
    let placed = world.customer_of("Placed", Some(distributor)).await;
    let other = world.customer("Other").await;
    for customer in [&placed, &other] {
        world.commit(customer, &[(TimeDelta::seconds(5), 173, 107)]).await;
    }
    let browser = world.signed_in("Meridian").await;
    assert_eq!(browser.get("/").await.location(), "/portfolio");
    let list = browser.get("/devices").await;
    assert_eq!(list.status, 200);
    assert!(list.text.contains(&placed.serial) && !list.text.contains(&other.serial));
    assert!(!list.shows("173") && !list.shows("107"));
    for path in ["/readings.csv", "/live"] {
        assert_eq!(
            browser
                .get(&format!("/devices/{}{path}", placed.device))
                .await
                .status,
            403,
            "{path}"
        );
    }
}

/// A delivery of the customer's endpoint that was given up.
async fn dead_letter(world: &World, customer: Uuid) -> Uuid {
    let id: Uuid = world.state.ground().id();
    sqlx::query(
        "insert into delivery (id, customer_id, endpoint_id, lane, event_sequences, events_created_at, state, attempt,
           next_attempt_at, created_at)
         select $1, $2, id, '', '{1}', now(), 'dead', 10, now(), now() from endpoint where customer_id = $2",
    )
    .bind(id)
    .bind(customer)
    .execute(&world.sql)
    .await
    .unwrap();
    id
}
