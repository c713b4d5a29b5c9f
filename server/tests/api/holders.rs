//! Who holds a device, and with which token it speaks.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;
use vitalwire_server::ground::Clock as _;
use vitalwire_server::identity::{CallerScope, Password};
use vitalwire_server::registry::{system_import_devices, tokens};

use crate::world::{Answer, Client, PASSWORD, Tenant, World};

type Period = (Option<Uuid>, DateTime<Utc>, Option<DateTime<Utc>>);

async fn periods(world: &World, device: &str) -> Vec<Period> {
    sqlx::query_as("select customer_id, valid_from, valid_until from assignment where device_id = $1 order by valid_from")
        .bind(device.parse::<Uuid>().unwrap())
        .fetch_all(&world.sql)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_move_closes_one_period_and_opens_the_next() {
    let world = World::new().await;
    let admin = world.admin().await;
    let (a, b) = (world.tenant(&admin, "a").await, world.tenant(&admin, "b").await);
    let path = format!("/api/v1/devices/{}", a.device);
    assert_eq!(
        a.user
            .patch(&path, &json!({"customer_reference": "bed 7"}))
            .await
            .body["customer_reference"],
        "bed 7"
    );

    let from = world.clock.now() - TimeDelta::hours(1);
    let to_b = json!({"customer_id": b.customer, "from": from.to_rfc3339()});
    let moved = admin.post(&format!("{path}/assignments"), &to_b).await;
    assert_eq!(moved.status, 201, "{}", moved.text);
    assert_eq!(moved.body["customer_id"], b.customer.as_str());
    assert_eq!(
        (&moved.body["ever_moved"], &moved.body["customer_reference"]),
        (&json!(true), &json!(null))
    );

    let found = periods(&world, &a.device).await;
    assert_eq!(found.len(), 2);
    let cut = found[1].1;
    assert!(
        (cut - from).abs() < TimeDelta::milliseconds(1),
        "PostgreSQL keeps microseconds"
    );
    assert_eq!(
        (found[0].0, found[0].2),
        (Some(a.customer_id().as_uuid()), Some(cut))
    );
    assert_eq!((found[1].0, found[1].2), (Some(b.customer_id().as_uuid()), None));
    assert_eq!(a.user.get(&path).await.status, 404);
    assert_eq!(b.user.get(&path).await.status, 200);

    let again = admin
        .post(
            &format!("{path}/assignments"),
            &json!({"customer_id": b.customer}),
        )
        .await;
    assert_eq!(again.problem(), (409, "conflict"));
    let before = (from - TimeDelta::hours(1)).to_rfc3339();
    let early = admin
        .post(
            &format!("{path}/assignments"),
            &json!({"customer_id": a.customer, "from": before}),
        )
        .await;
    assert_eq!(early.problem(), (422, "invalid"));
    let later = (world.clock.now() + TimeDelta::hours(1)).to_rfc3339();
    let late = admin
        .post(
            &format!("{path}/assignments"),
            &json!({"customer_id": a.customer, "from": later}),
        )
        .await;
    assert_eq!(late.problem(), (422, "invalid"));
    assert_eq!(periods(&world, &a.device).await.len(), 2);
}

#[tokio::test]
async fn time_in_stock_is_nobody_s() {
    let world = World::new().await;
    let admin = world.admin().await;
    let a = world.tenant(&admin, "a").await;
    let model = world.model(&admin).await;
    let device = json!({"maker": "Acme", "serial": "STOCK", "model_id": model});
    let device = admin.post("/api/v1/devices", &device).await;
    assert_eq!(device.body["state"], "stock");
    let device = device.created("id");
    let activate = admin
        .patch(&format!("/api/v1/devices/{device}"), &json!({"state": "active"}))
        .await;
    assert_eq!(activate.problem(), (409, "conflict"), "nobody holds it");
    let from = (world.clock.now() - TimeDelta::days(3)).to_rfc3339();
    let given = json!({"customer_id": a.customer, "from": from});
    let given = admin
        .post(&format!("/api/v1/devices/{device}/assignments"), &given)
        .await;
    assert_eq!(
        (given.status, &given.body["state"], &given.body["ever_moved"]),
        (201, &json!("active"), &json!(false))
    );
    let found = periods(&world, &device).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, Some(a.customer_id().as_uuid()));
    let twin = json!({"maker": "ACME", "serial": "STOCK", "model_id": model});
    assert_eq!(
        admin.post("/api/v1/devices", &twin).await.problem(),
        (409, "conflict")
    );
}

#[tokio::test]
async fn a_new_token_ends_the_old_one() {
    let world = World::new().await;
    let admin = world.admin().await;
    let a = world.tenant(&admin, "a").await;
    let path = format!("/api/v1/devices/{}/token", a.device);
    let first = a.user.post(&path, &json!({})).await.created("token");
    assert!(first.starts_with("vwd_") && first.len() == 36, "its form");
    let second = a.user.post(&path, &json!({})).await.created("token");
    let live = async || -> Vec<Vec<u8>> {
        sqlx::query_scalar("select token_hmac from device_credential where revoked_at is null")
            .fetch_all(&world.sql)
            .await
            .unwrap()
    };
    let hmac = |token: &str| {
        world
            .ground
            .keys()
            .hmac(vitalwire_server::ground::Purpose::DeviceToken, token.as_bytes())
            .to_vec()
    };
    assert_eq!(live().await, [hmac(&second)]);
    assert_eq!(a.user.call("DELETE", &path, None).await.status, 204);
    assert_eq!(a.user.call("DELETE", &path, None).await.status, 204);
    assert!(live().await.is_empty());
}

#[tokio::test]
async fn a_thousand_devices_come_in_at_once_or_not_at_all() {
    let world = World::new().await;
    let import =
        async |text: &str| system_import_devices(&world.ground, &world.database, "Clinic", text, true).await;
    let lines = |change: &str| {
        (0..1000).fold("serial,maker,model,kind,token\n".to_owned(), |text, number| {
            text + &format!("D{number:06},Acme,Bench cuff,blood_pressure,token-{change}{number:06}\n")
        })
    };
    let count =
        async |sql: &'static str| -> i64 { sqlx::query_scalar(sql).fetch_one(&world.sql).await.unwrap() };
    let devices = "select count(*) from device where state = 'active'";
    let tokens = "select count(*) from device_credential where revoked_at is null";

    let wrong = lines("") + "D000007,Acme,Bench cuff,blood_pressure,token-x\n";
    let told = import(&wrong).await.unwrap_err().to_string();
    assert!(
        told.contains("line 1002: the same device stands in line 9"),
        "{told}"
    );
    assert_eq!(count("select count(*) from device").await, 0);

    assert_eq!(import(&lines("")).await.unwrap(), 1000);
    assert_eq!((count(devices).await, count(tokens).await), (1000, 1000));
    assert_eq!(
        count("select count(*) from assignment where valid_until is null").await,
        1000
    );
    assert_eq!(
        import(&lines("")).await.unwrap(),
        1000,
        "the same file again changes nothing"
    );
    assert_eq!(
        import(&lines("new-")).await.unwrap(),
        1000,
        "another token takes the place of the first"
    );
    assert_eq!((count(devices).await, count(tokens).await), (1000, 1000));
    assert_eq!(count("select count(*) from customer").await, 1);

    let stolen = "E1,Acme,Bench cuff,blood_pressure,token-new-000001\n";
    let told = import(stolen).await.unwrap_err().to_string();
    assert!(told.contains("line 1: this token cannot be used"), "{told}");
    let foreign = system_import_devices(&world.ground, &world.database, "Other", &lines("o"), true).await;
    assert!(
        foreign
            .unwrap_err()
            .to_string()
            .contains("registered for somebody else")
    );
}

#[tokio::test]
async fn an_import_unbinds_the_maker_s_tokens_that_an_upgrade_bound_to_their_holders() {
    let world = World::new().await;
    let lines = ["one", "two"].map(|name| format!("{name},Acme,Bench cuff,blood_pressure,token-{name}\n"));
    let import = async |text: &str| {
        system_import_devices(&world.ground, &world.database, "Clinic", text, true)
            .await
            .unwrap()
    };
    let tokens = async || -> Vec<(Uuid, bool, bool, bool)> {
        let sql = "select id, customer_id is null, distributor_id is null, revoked_at is null
          from device_credential order by id";
        sqlx::query_as(sql).fetch_all(&world.sql).await.unwrap()
    };
    import(&lines.concat()).await;
    let before = tokens().await;
    let distributor: Uuid = world.ground.id();
    let upgrade = [
        format!("insert into distributor (id, name, created_at) values ('{distributor}', 'D', now())"),
        format!("update customer set distributor_id = '{distributor}'"),
        format!("update device set distributor_id = '{distributor}'"),
        "update device_credential c set customer_id = d.customer_id, distributor_id = d.distributor_id
           from device d where d.id = c.device_id"
            .to_owned(),
    ];
    sqlx::raw_sql(sqlx::AssertSqlSafe(upgrade.join(";")))
        .execute(&world.sql)
        .await
        .unwrap();
    assert!(tokens().await.iter().all(|token| !token.1 && !token.2));

    assert_eq!(import(&lines[0]).await, 1);
    let unbound = tokens().await.into_iter().filter(|token| token.1 && token.2);
    assert_eq!(
        unbound.count(),
        1,
        "a token that the file does not name stays whose it was"
    );
    assert_eq!(import(&lines.concat()).await, 2);
    assert_eq!(tokens().await, before, "the same tokens, and nobody's");
}

/// What a request about the device is answered that came while the statement held it.
async fn meanwhile(
    world: &World,
    held: &str,
    by: &Client,
    device: &str,
    ask: (&'static str, &str, Value),
) -> Answer {
    let mut other = world.sql.begin().await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(held.to_owned()))
        .execute(&mut *other)
        .await
        .unwrap();
    let (method, below, body) = ask;
    let (by, path) = (by.clone(), format!("/api/v1/devices/{device}{below}"));
    let asked = tokio::spawn(async move { by.call(method, &path, Some(&body)).await });
    world.somebody_waits().await;
    other.commit().await.unwrap();
    asked.await.unwrap()
}

#[tokio::test]
async fn a_device_that_is_retired_meanwhile_does_not_come_back() {
    let world = World::new().await;
    let a = world.tenant(&world.admin().await, "a").await;
    let path = format!("/api/v1/devices/{}", a.device);
    let inactive = json!({"state": "inactive"});
    assert_eq!(a.user.patch(&path, &inactive).await.status, 200);
    let retire = format!("update device set state = 'retired' where id = '{}'", a.device);
    let activate = ("PATCH", "", json!({"state": "active"}));
    let answer = meanwhile(&world, &retire, &a.user, &a.device, activate).await;
    assert_eq!(answer.problem(), (409, "conflict"));
    assert_eq!(a.user.get(&path).await.body["state"], "retired");
}

#[tokio::test]
async fn whoever_held_a_device_changes_nothing_once_it_has_moved() {
    let world = World::new().await;
    let admin = world.admin().await;
    let (a, b) = (world.tenant(&admin, "a").await, world.tenant(&admin, "b").await);
    let reference = json!({"customer_reference": "still ours"});
    let asks = [
        (&a.user, "POST", "/token", json!({})),
        (&a.user, "DELETE", "/token", json!({})),
        (&a.user, "PATCH", "", json!({"state": "inactive"})),
        (&a.user, "PATCH", "", reference),
        // Somebody who sees every device meant A's.
        (&admin, "PATCH", "", json!({"state": "inactive"})),
    ];
    for (by, method, below, body) in asks {
        // B has it and has made a token before anybody else comes to know.
        let moved = format!(
            "update device set customer_id = '{}' where id = '{}';
             delete from device_credential;
             insert into device_credential (id, device_id, token_hmac, created_at, customer_id)
             select id, id, sha256('b'), now(), customer_id from device where id = '{1}'",
            b.customer, a.device
        );
        let answer = meanwhile(&world, &moved, by, &a.device, (method, below, body)).await;
        assert!(
            [404, 409].contains(&answer.status),
            "{method} {below}: {} {}",
            answer.status,
            answer.text
        );
        let tokens: Vec<(String, bool)> =
            sqlx::query_as("select customer_id::text, revoked_at is null from device_credential")
                .fetch_all(&world.sql)
                .await
                .unwrap();
        assert_eq!(tokens, [(b.customer.clone(), true)], "{method} {below}");
        let path = format!("/api/v1/devices/{}", a.device);
        let seen = b.user.get(&path).await.body;
        assert_eq!(
            (&seen["state"], &seen["customer_reference"]),
            (&json!("active"), &json!(null))
        );
        sqlx::query("update device set customer_id = $1 where id = $2")
            .bind(a.customer_id().as_uuid())
            .bind(a.device.parse::<Uuid>().unwrap())
            .execute(&world.sql)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_token_is_its_maker_s_and_nobody_else_hears_of_it() {
    let world = World::new().await;
    let admin = world.admin().await;
    let (a, b) = (world.tenant(&admin, "a").await, world.tenant(&admin, "b").await);
    let issued = async |tenant: &Tenant| {
        let here = "192.0.2.1".parse().unwrap();
        let session = world
            .identity
            .sign_in(&tenant.email, Password::typed(PASSWORD), here)
            .await
            .unwrap();
        let CallerScope::Customer(scope) = session.caller.scope else {
            panic!("a customer's user")
        };
        let device = a.device.parse().unwrap();
        tokens::issued_at(&world.database, &scope, device)
            .await
            .unwrap()
            .is_some()
    };
    let (path, token) = (
        format!("/api/v1/devices/{}/assignments", a.device),
        format!("/api/v1/devices/{}/token", a.device),
    );
    a.user.post(&token, &json!({})).await.created("token");
    assert!(issued(&a).await);
    let moved = admin.post(&path, &json!({"customer_id": b.customer})).await;
    assert_eq!(moved.status, 201, "{}", moved.text);
    assert!(!issued(&b).await, "it is no token of theirs");
    b.user.post(&token, &json!({})).await.created("token");
    assert!(issued(&b).await);
}

#[tokio::test]
async fn who_held_a_device_writes_nothing_into_the_next_holder_s_log_of_refusals() {
    let world = World::new().await;
    let admin = world.admin().await;
    let (a, b) = (world.tenant(&admin, "a").await, world.tenant(&admin, "b").await);
    let path = format!("/api/v1/devices/{}", a.device);
    let token = a.user.post(&format!("{path}/token"), &json!({})).await;
    let device = world.anyone.with_token(&token.created("token"));
    let to_b = json!({"customer_id": b.customer});
    let moved = admin.post(&format!("{path}/assignments"), &to_b).await;
    assert_eq!(moved.status, 201, "{}", moved.text);
    let wrong = json!({"device": "S-a", "kind": "weight", "values": {"weight": "heavy"}});
    assert_eq!(device.post("/v1/telemetry", &wrong).await.status, 422);
    let refusals = format!("/api/v1/refusals?device_id={}", a.device);
    for _ in 0..500 {
        // It is written down behind the answer; nothing tells when.
        if admin.get(&refusals).await.body["data"] != json!([]) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let logged = admin.get(&refusals).await;
    assert_eq!(
        logged.body["data"].as_array().map(Vec::len),
        Some(1),
        "{}",
        logged.text
    );
    for user in [&a.user, &b.user] {
        assert_eq!(user.get(&refusals).await.body["data"], json!([]));
    }
}
