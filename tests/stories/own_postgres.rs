//! A platform on a PostgreSQL of its operator's own, as docs/OPERATIONS.md describes it: an owner who is no superuser, a
//! login that owns nothing, and no `--insecure-dev`.

use serde_json::json;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, PgConnection};
use vitalwire_tests::kinds::reading;
use vitalwire_tests::{Client, PASSWORD, Server, World, now};

const CREATE: [&str; 7] = [
    "admin",
    "create",
    "--email",
    "admin@example.org",
    "--name",
    "Ada Admin",
    "--password-stdin",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_whose_login_owns_nothing_starts_on_a_migrated_database_and_on_no_other() {
    let postgres = Server::start().await;
    let mut server = own(&postgres).await;
    let refused = server.output(&CREATE, PASSWORD);
    let why = String::from_utf8_lossy(&refused.stderr);
    assert!(
        !refused.status.success() && why.contains("lacks") && why.contains("migrate"),
        "{why}"
    );
    assert_eq!(server.run(&["migrate"], "").trim(), "the database is up to date");
    assert_eq!(server.run(&["migrate"], "").trim(), "the database is up to date");
    server.run(&CREATE, PASSWORD);

    server.restart().await;
    let mut world = world(server).await;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_acknowledged_is_durable_whatever_the_logins_own_setting_says() {
    let postgres = Server::start().await;
    let mut server = own(&postgres).await;
    server.run(&["migrate"], "");
    server.run(&CREATE, PASSWORD);
    // Notes how each statement that stores readings is committed.
    let mut superuser = to_own(&postgres).await;
    for statement in [
        "create table seen (setting text)",
        "create function see() returns trigger language plpgsql security definer as
           $$ begin insert into public.seen values (current_setting('synchronous_commit')); return null; end $$",
        "create trigger see after insert on reading for each statement execute function see()",
        "alter role own_app set synchronous_commit = off",
    ] {
        sqlx::query(statement).execute(&mut superuser).await.unwrap();
    }
    server.restart().await;
    let mut world = world(server).await;
    let customer = world.customer("Northside Clinic").await;
    let model = world.model("Scale", &["weight"], "cellular").await;
    let device = world.device(&customer, &model, "O00002").await;
    for (setting, committed) in [
        ("off", "on"),
        ("local", "local"),
        ("remote_apply", "remote_apply"),
    ] {
        world.server.stop();
        let setting = format!("alter role own_app set synchronous_commit = {setting}");
        sqlx::query(sqlx::AssertSqlSafe(setting))
            .execute(&mut superuser)
            .await
            .unwrap();
        sqlx::query("delete from seen")
            .execute(&mut superuser)
            .await
            .unwrap();
        world.server.restart().await;
        let weight = reading(&device.serial, "weight", now());
        assert_eq!(device.client.post("/v1/telemetry", &weight).await.status, 202);
        let seen: Vec<String> = sqlx::query_scalar("select distinct setting from seen")
            .fetch_all(&mut superuser)
            .await
            .unwrap();
        assert_eq!(seen, [committed]);
    }
    world.server.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgresql_that_cannot_keep_or_carry_it_all_is_refused_or_complained_of() {
    let postgres = Server::start().await;
    let mut server = own(&postgres).await;
    server.run(&["migrate"], "");
    let mut superuser = to_own(&postgres).await;

    set(&mut superuser, "fsync", "off").await;
    let refused = server.output(&["serve", "--listen", "127.0.0.1:0"], "");
    let why = String::from_utf8_lossy(&refused.stderr);
    assert!(
        !refused.status.success() && why.contains("set fsync = on"),
        "{why}"
    );
    set(&mut superuser, "fsync", "on").await;

    set(&mut superuser, "full_page_writes", "off").await;
    sqlx::query("alter role own_app connection limit 23")
        .execute(&mut superuser)
        .await
        .unwrap();
    server.restart().await;
    let log = server.log();
    assert!(log.contains("full_page_writes off"), "{log}");
    let cores = std::thread::available_parallelism().unwrap().get();
    let need = 12 + 4 + 8 + 1 + 2 + 2 * cores;
    let told = format!("may need {need} database connections and PostgreSQL has 23");
    assert!(log.contains(&told), "{log}");
    server.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_that_is_not_the_servers_is_told_which_one_is() {
    let postgres = Server::start().await;
    let server = own(&postgres).await;
    server.run(&["migrate"], "");
    let mut superuser = to_own(&postgres).await;
    sqlx::query("create role passer_by login")
        .execute(&mut superuser)
        .await
        .unwrap();
    for (login, what_to_do) in [
        ("own_owner", "VITALWIRE_DATABASE_OWNER_URL"),
        ("passer_by", "grant vw_app"),
    ] {
        let server = postgres.with_environment(environment(&postgres, login));
        let refused = server.output(&CREATE, PASSWORD);
        let why = String::from_utf8_lossy(&refused.stderr);
        assert!(!refused.status.success() && why.contains(what_to_do), "{why}");
    }
}

/// A server that has its database from another's PostgreSQL, as its operator made it; nothing is migrated yet.
async fn own(postgres: &Server) -> Server {
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
    postgres.with_environment(environment(postgres, "own_app"))
}

fn environment(postgres: &Server, login: &str) -> Vec<(&'static str, String)> {
    let url = |login: &str| {
        let sockets = postgres.sockets();
        format!("postgres://{login}@localhost/own?host={}", sockets.display())
    };
    vec![
        ("DATABASE_URL", url(login)),
        ("VITALWIRE_DATABASE_OWNER_URL", url("own_owner")),
        ("VITALWIRE_MASTER_KEY", data_encoding::BASE64.encode(&[7; 32])),
    ]
}

/// What stands on a server that runs.
async fn world(server: Server) -> World {
    let anyone = Client::new(&server.url());
    let admin = anyone.sign_in("admin@example.org", PASSWORD).await;
    World {
        server,
        admin,
        anyone,
    }
}

async fn to_own(postgres: &Server) -> PgConnection {
    let options = PgConnectOptions::new().socket(postgres.sockets());
    options
        .username("vw_owner")
        .database("own")
        .connect()
        .await
        .unwrap()
}

/// Sets it for the whole PostgreSQL. It hears of it by a signal, so it is asked until it has.
async fn set(superuser: &mut PgConnection, name: &str, value: &str) {
    let statement = format!("alter system set {name} = {value}");
    sqlx::query(sqlx::AssertSqlSafe(statement))
        .execute(&mut *superuser)
        .await
        .unwrap();
    sqlx::query("select pg_reload_conf()")
        .execute(&mut *superuser)
        .await
        .unwrap();
    loop {
        let is: String = sqlx::query_scalar("select current_setting($1)")
            .bind(name)
            .fetch_one(&mut *superuser)
            .await
            .unwrap();
        if is == value {
            return;
        }
        tokio::task::yield_now().await;
    }
}
