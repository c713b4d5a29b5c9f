//! A platform on a PostgreSQL of its operator's own, as docs/OPERATIONS.md describes it: an owner who is no superuser, a
//! login that owns nothing, and no `--insecure-dev`.

use serde_json::json;
use vitalwire_tests::kinds::reading;
use vitalwire_tests::{Client, PASSWORD, Server, World, now};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_whose_login_owns_nothing_starts_on_a_migrated_database_and_on_no_other() {
    let postgres = Server::start().await;
    let mut superuser = postgres.owner().await;
    for statement in [
        "create role own_owner login createrole",
        "create database own owner own_owner",
        // The cluster has these roles already; on one that has not, the migration makes them.
        "grant vw_app, vw_customer, vw_distributor, vw_admin, vw_system to own_owner with admin option",
        "create role own_app login noinherit in role vw_app",
    ] {
        sqlx::query(statement).execute(&mut superuser).await.unwrap();
    }
    let url = |login: &str| {
        let sockets = postgres.sockets();
        format!("postgres://{login}@localhost/own?host={}", sockets.display())
    };
    let mut server = postgres.with_environment(vec![
        ("DATABASE_URL", url("own_app")),
        ("VITALWIRE_DATABASE_OWNER_URL", url("own_owner")),
        ("VITALWIRE_MASTER_KEY", data_encoding::BASE64.encode(&[7; 32])),
    ]);
    let create = [
        "admin",
        "create",
        "--email",
        "admin@example.org",
        "--name",
        "Ada Admin",
        "--password-stdin",
    ];

    let refused = server.output(&create, PASSWORD);
    let why = String::from_utf8_lossy(&refused.stderr);
    assert!(
        !refused.status.success() && why.contains("lacks") && why.contains("migrate"),
        "{why}"
    );
    assert_eq!(server.run(&["migrate"], "").trim(), "the database is up to date");
    assert_eq!(server.run(&["migrate"], "").trim(), "the database is up to date");
    server.run(&create, PASSWORD);

    server.restart().await;
    let anyone = Client::new(&server.url());
    let admin = anyone.sign_in("admin@example.org", PASSWORD).await;
    let mut world = World {
        server,
        admin,
        anyone,
    };
    let customer = world.customer("Northside Clinic").await;
    let model = world.model("Scale", &["weight"], "cellular").await;
    let device = world.device(&customer, &model, "O00001").await;
    let weight = reading(&device.serial, "weight", now());
    let taken = device.client.post("/v1/telemetry", &weight).await;
    assert_eq!(
        (taken.status, &taken.body["status"]),
        (202, &json!("accepted")),
        "{}",
        taken.text
    );
    let readings = customer
        .user
        .get(&format!("/api/v1/devices/{}/readings", device.id))
        .await;
    assert_eq!(readings.ok()["data"][0]["values"]["weight"], 71.45);
    world.server.stop();
}
