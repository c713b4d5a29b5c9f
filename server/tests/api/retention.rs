//! What is kept for a time is there until it is over, and goes then (docs/RETENTION.md).

use std::net::IpAddr;

use chrono::TimeDelta;
use serde_json::json;
use vitalwire_server::identity::{ABSOLUTE, Password, RESET_LIVES};

use crate::world::{ADMIN, Client, PASSWORD, World};

const OWN: &str = "maker,serial\nAcme,S-b\n";
const STOCK: &str = "maker,model,serial\nAcme,Cuff,S-c\n";
const SECOND: TimeDelta = TimeDelta::seconds(1);

fn here() -> IpAddr {
    "192.0.2.1".parse().unwrap()
}

async fn count(world: &World, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&world.sql).await.unwrap()
}

/// Brings a device's line, with the columns that this one may bring.
async fn bring(client: &Client, line: &'static str) {
    let request = client.request("POST", "/api/v1/imports");
    let brought = client
        .send(request.header("content-type", "text/csv").body(line))
        .await;
    assert_eq!(brought.status, 201, "{}", brought.text);
}

#[tokio::test]
async fn a_session_is_forgotten_seven_days_after_it_ended() {
    let world = World::new().await;
    let sign_in = async || {
        let password = Password::typed(PASSWORD);
        world.identity.sign_in(ADMIN, password, here()).await.unwrap();
        count(&world, "select count(*) from session").await
    };
    assert_eq!(sign_in().await, 1);
    world.clock.advance(ABSOLUTE + TimeDelta::days(7) - SECOND);
    assert_eq!(sign_in().await, 2);
    world.clock.advance(SECOND * 2);
    assert_eq!(sign_in().await, 2, "the first is gone");
}

#[tokio::test]
async fn a_link_for_a_new_password_is_forgotten_seven_days_after_it_was_over() {
    let world = World::new().await;
    let ask = async || {
        world.identity.ask_for_reset(ADMIN, here()).await.unwrap();
        count(&world, "select count(*) from password_reset").await
    };
    assert_eq!(ask().await, 1);
    world.clock.advance(RESET_LIVES + TimeDelta::days(7) - SECOND);
    assert_eq!(ask().await, 2);
    world.clock.advance(SECOND * 2);
    assert_eq!(ask().await, 2, "the first is gone");
}

#[tokio::test]
async fn an_import_is_forgotten_after_ninety_days() {
    let world = World::new().await;
    let admin = world.admin().await;
    let a = world.tenant(&admin, "a").await;
    let kept = "select count(*) from device_import";
    let lines = "select count(distinct import_id) from device_import_line";
    bring(&a.user, OWN).await;
    world.clock.advance(TimeDelta::days(90) - SECOND);
    bring(&a.anew(&world).await, OWN).await;
    assert_eq!((count(&world, kept).await, count(&world, lines).await), (2, 2));
    world.clock.advance(SECOND * 2);
    // Whoever brings the next one sees to it, whosever it is.
    bring(&world.admin().await, STOCK).await;
    assert_eq!((count(&world, kept).await, count(&world, lines).await), (2, 2));
}

#[tokio::test]
async fn the_platform_keeps_its_last_two_hundred_imports() {
    let world = World::new().await;
    let admin = world.admin().await;
    let a = world.tenant(&admin, "a").await;
    bring(&a.user, OWN).await;
    sqlx::query(
        "insert into device_import (id, made_by, file_name, lines, created_at)
         select gen_random_uuid(), u.id, 'stock.csv', 1, $2 - make_interval(mins => n)
         from user_account u, generate_series(1, 200) n where u.email = $1",
    )
    .bind(ADMIN)
    .bind(world.ground.now())
    .execute(&world.sql)
    .await
    .unwrap();
    let oldest = "select count(*) from device_import i where customer_id is null
        and created_at < (select max(created_at) from device_import) - interval '199 minutes 30 seconds'";
    assert_eq!(count(&world, oldest).await, 1);
    bring(&admin, STOCK).await;
    assert_eq!(
        count(
            &world,
            "select count(*) from device_import where customer_id is null"
        )
        .await,
        200
    );
    assert_eq!(count(&world, oldest).await, 0, "the oldest went");
    assert_eq!(
        count(&world, "select count(*) from device_import").await,
        201,
        "no customer's went"
    );
    let shown = admin.get("/api/v1/imports?limit=1").await;
    assert_eq!(
        shown.body["data"][0]["file_name"],
        json!("devices.csv"),
        "{}",
        shown.text
    );
}
