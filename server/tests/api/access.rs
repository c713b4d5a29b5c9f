//! Access tokens: what buys one, what it is good for, and when it ends.

use chrono::TimeDelta;
use serde_json::json;
use vitalwire_server::ground::{Ground, Keys, MasterKey};
use vitalwire_server::identity::{Cost, Identity, Organisation, Password};

use crate::world::{ADMIN, Client, PASSWORD, World};

#[tokio::test]
async fn a_password_buys_a_token_and_nothing_else_does() {
    let world = World::new().await;
    let me = world.admin().await.get("/api/v1/me").await;
    assert_eq!((me.status, me.body["email"].as_str()), (200, Some(ADMIN)));
    assert_eq!(
        world
            .anyone
            .token_for(" ADA@platform.example", PASSWORD)
            .await
            .status,
        200
    );

    let wrong = world
        .anyone
        .token_for(ADMIN, "correct horse battery stable")
        .await;
    let unknown = world.anyone.token_for("nobody@platform.example", PASSWORD).await;
    assert_eq!(wrong.problem(), (401, "wrong-credentials"));
    for member in ["type", "title", "status", "detail"] {
        assert_eq!(
            wrong.body[member], unknown.body[member],
            "the answers must not differ"
        );
    }
    assert_eq!(
        world.anyone.get("/api/v1/me").await.problem(),
        (401, "not-signed-in")
    );
    assert_eq!(
        world.anyone.with_token("x.y.z").get("/api/v1/me").await.problem(),
        (401, "not-signed-in")
    );
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let world = World::new().await;
    for _ in 0..10 {
        assert_eq!(
            world.anyone.token_for(ADMIN, "guess guess guess").await.status,
            401
        );
    }
    let refused = world.anyone.token_for(ADMIN, PASSWORD).await;
    assert_eq!(refused.problem(), (429, "too-many-attempts"));
    let seconds: i64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=16).contains(&seconds));
    world.clock.advance(TimeDelta::seconds(seconds));
    assert_eq!(world.anyone.token_for(ADMIN, PASSWORD).await.status, 200);
}

#[tokio::test]
async fn the_right_password_is_not_slowed_down() {
    let world = World::new().await;
    for _ in 0..15 {
        assert_eq!(world.anyone.token_for(ADMIN, PASSWORD).await.status, 200);
    }
    let stranger = "198.51.100.7".parse().unwrap();
    for _ in 0..30 {
        let guess = Password::typed("guess guess guess");
        assert!(world.identity.api_token(ADMIN, guess, stranger).await.is_err());
    }
    let owner = "192.0.2.1".parse().unwrap();
    let password = Password::typed(PASSWORD);
    assert!(world.identity.api_token(ADMIN, password, owner).await.is_ok());
}

#[tokio::test]
async fn a_token_ends_with_its_time_and_with_its_user() {
    let world = World::new().await;
    let admin = world.admin().await;
    world.clock.advance(TimeDelta::minutes(15));
    assert_eq!(admin.get("/api/v1/me").await.status, 401);

    let admin = world.admin().await;
    let user = world.user("otto@platform.example", Organisation::Platform).await;
    let otto = world.anyone.sign_in("otto@platform.example").await;
    assert_eq!(otto.get("/api/v1/customers").await.status, 200);
    let disabled = json!({"state": "disabled"});
    assert_eq!(
        admin
            .patch(&format!("/api/v1/users/{user}"), &disabled)
            .await
            .status,
        204
    );
    assert_eq!(otto.get("/api/v1/customers").await.status, 401);
    assert_eq!(
        world
            .anyone
            .token_for("otto@platform.example", PASSWORD)
            .await
            .problem(),
        (401, "wrong-credentials")
    );
}

#[tokio::test]
async fn who_manages_users_has_no_power_over_those_who_may_do_more() {
    let world = World::new().await;
    let admin = world.admin().await;
    let tenant = world.tenant(&admin, "a").await;
    let colleague = async |name: &str, permissions: &[&str]| {
        let email = format!("{name}@clinic.example");
        let user = json!({"email": email, "name": name, "role": "customer", "customer_id": tenant.customer,
            "password": PASSWORD, "permissions": permissions});
        let id = tenant.user.post("/api/v1/users", &user).await.created("id");
        (email, format!("/api/v1/users/{id}"))
    };
    let (manager, of_manager) = colleague("manager", &["manage_users", "manage_devices"]).await;
    let (_, of_equal) = colleague("equal", &["manage_users", "manage_devices"]).await;
    let (_, of_reader) = colleague("reader", &["read_readings"]).await;
    let manager = world.anyone.sign_in(&manager).await;
    let of_first = format!("/api/v1/users/{}", tenant.user_id);
    for state in ["disabled", "active"] {
        let state = json!({"state": state});
        for beyond in [&of_first, &of_reader] {
            assert_eq!(manager.patch(beyond, &state).await.problem(), (403, "forbidden"));
        }
        assert_eq!(manager.patch(&of_equal, &state).await.status, 204);
    }
    let disabled = json!({"state": "disabled"});
    assert_eq!(tenant.user.patch(&of_reader, &disabled).await.status, 204);
    assert_eq!(
        manager
            .patch(&of_reader, &json!({"state": "active"}))
            .await
            .problem(),
        (403, "forbidden"),
        "nor may they bring one back"
    );
    assert_eq!(tenant.user.patch(&of_manager, &disabled).await.status, 204);
    assert_eq!(admin.patch(&of_first, &disabled).await.status, 204);
}

#[tokio::test]
async fn another_platform_s_token_and_a_cookie_are_not_taken() {
    let world = World::new().await;
    let foreign_key = Ground::new(Keys::derive(&MasterKey::new([8; 32])));
    let here = "127.0.0.1".parse().unwrap();
    for (ground, url) in [
        (foreign_key, "https://vitalwire.example"),
        (world.ground.clone(), "https://staging.vitalwire.example"),
    ] {
        let other = Identity::with_cost(ground, world.database.clone(), url, Cost::TRIVIAL);
        let token = other
            .api_token(ADMIN, Password::typed(PASSWORD), here)
            .await
            .unwrap();
        assert!(other.caller_of_token(&token.jwt).await.is_ok());
        assert_eq!(
            world.anyone.with_token(&token.jwt).get("/api/v1/me").await.status,
            401,
            "{url}"
        );
    }
    let session = world
        .identity
        .sign_in(ADMIN, Password::typed(PASSWORD), here)
        .await
        .unwrap();
    let cookie = format!("__Host-vitalwire={}", session.secret.expose());
    let asked = world.anyone.request("GET", "/api/v1/me").header("cookie", cookie);
    assert_eq!(world.anyone.send(asked).await.status, 401);
    let as_bearer = world.anyone.with_token(&session.secret.expose());
    assert_eq!(as_bearer.get("/api/v1/me").await.status, 401);
}

#[tokio::test]
async fn nobody_gives_away_more_than_they_have() {
    let world = World::new().await;
    let admin = world.admin().await;
    let a = world.tenant(&admin, "a").await;
    let b = world.tenant(&admin, "b").await;
    let new = |email: &str, customer: &str, permissions| {
        json!({"email": email, "name": "New", "role": "customer", "customer_id": customer, "password": PASSWORD,
            "permissions": permissions})
    };
    let limited = new(
        "limited@clinic.example",
        &a.customer,
        json!(["manage_users", "read_readings"]),
    );
    assert_eq!(a.user.post("/api/v1/users", &limited).await.status, 201);
    let limited = world.anyone.sign_in("limited@clinic.example").await;
    let more = new("more@clinic.example", &a.customer, json!(["manage_endpoints"]));
    assert_eq!(
        limited.post("/api/v1/users", &more).await.problem(),
        (403, "forbidden")
    );
    assert_eq!(
        limited.get("/api/v1/endpoints").await.problem(),
        (403, "forbidden")
    );
    let foreign = new("spy@clinic.example", &b.customer, json!([]));
    assert_eq!(
        a.user.post("/api/v1/users", &foreign).await.problem(),
        (404, "not-found")
    );
    let platform =
        json!({"email": "root@clinic.example", "name": "Root", "role": "admin", "password": PASSWORD});
    assert_eq!(
        a.user.post("/api/v1/users", &platform).await.problem(),
        (404, "not-found")
    );
    let finance =
        json!({"email": "f@platform.example", "name": "F", "role": "finance", "password": PASSWORD});
    admin.post("/api/v1/users", &finance).await.created("id");
    let taken = new(&b.email, &a.customer, json!([]));
    assert_eq!(
        a.user.post("/api/v1/users", &taken).await.problem(),
        (409, "conflict")
    );
    let weak = json!({"email": "w@platform.example", "name": "W", "role": "admin", "password": "short"});
    assert_eq!(
        admin.post("/api/v1/users", &weak).await.problem(),
        (422, "invalid")
    );
}

#[tokio::test]
async fn a_distributor_works_in_its_own_portfolio() {
    let world = World::new().await;
    let admin = world.admin().await;
    let foreign = world.tenant(&admin, "foreign").await;
    let id = admin
        .post("/api/v1/distributors", &json!({"name": "D"}))
        .await
        .created("id");
    let staff = json!({"email": "d@d.example", "name": "D", "role": "distributor", "distributor_id": id,
        "password": PASSWORD});
    assert_eq!(admin.post("/api/v1/users", &staff).await.status, 201);
    let distributor = world.anyone.sign_in("d@d.example").await;
    let customer = distributor
        .post("/api/v1/customers", &json!({"name": "Own"}))
        .await;
    assert_eq!(customer.body["distributor_id"], id.as_str());
    let customer = customer.created("id");
    let listed = distributor.get("/api/v1/customers").await;
    assert_eq!(listed.ids(), [customer.as_str()]);
    assert_eq!(listed.body["data"][0]["devices"], 0, "counted");

    let user = |email: &str, customer: &str| json!({"email": email, "name": "N", "role": "customer", "customer_id": customer, "password": PASSWORD});
    let first = distributor
        .post("/api/v1/users", &user("one@own.example", &customer))
        .await;
    assert_eq!(first.status, 201, "{}", first.text);
    let second = distributor
        .post("/api/v1/users", &user("two@own.example", &customer))
        .await;
    assert_eq!(second.problem(), (403, "forbidden"), "its own people add others");
    first_users_at_once(&world, &distributor).await;
    let spy = distributor
        .post("/api/v1/users", &user("spy@own.example", &foreign.customer))
        .await;
    assert_eq!(spy.problem(), (404, "not-found"));

    let hub =
        |customer: &str, serial: &str| json!({"serial": serial, "name": "Ward", "customer_id": customer});
    let own = distributor.post("/api/v1/hubs", &hub(&customer, "H-own")).await;
    assert_eq!(
        (own.status, &own.body["distributor_id"]),
        (201, &json!(id)),
        "{}",
        own.text
    );
    let other = distributor
        .post("/api/v1/hubs", &hub(&foreign.customer, "H-other"))
        .await;
    assert_eq!(other.problem(), (404, "not-found"));
    let own = own.created("id");
    let code = distributor
        .post(&format!("/api/v1/hubs/{own}/claim-code"), &json!({}))
        .await;
    assert_eq!(code.status, 201, "{}", code.text);
    let confirmed = distributor
        .post(
            &format!("/api/v1/hubs/{own}/confirm"),
            &json!({"fingerprint": "aa"}),
        )
        .await;
    assert_eq!(
        confirmed.problem(),
        (403, "forbidden"),
        "a hub is confirmed where it stands"
    );

    let model = world.model(&admin).await;
    let device = json!({"maker": "Acme", "serial": "P1", "model_id": model, "customer_id": customer});
    let device = admin.post("/api/v1/devices", &device).await.created("id");
    let path = format!("/api/v1/devices/{device}");
    assert_eq!(
        distributor.patch(&path, &json!({"state": "inactive"})).await.body["state"],
        "inactive"
    );
    let reference = distributor
        .patch(&path, &json!({"customer_reference": "x"}))
        .await;
    assert_eq!(reference.problem(), (403, "forbidden"));
    assert_eq!(
        distributor.get(&format!("{path}/readings")).await.problem(),
        (403, "forbidden")
    );
}

async fn first_users_at_once(world: &World, distributor: &Client) {
    let customer = distributor
        .post("/api/v1/customers", &json!({"name": "Busy"}))
        .await
        .created("id");
    let add = async |n: u8| {
        let user = json!({"email": format!("{n}@busy.example"), "name": "N", "role": "customer",
            "customer_id": customer, "password": PASSWORD});
        distributor.post("/api/v1/users", &user).await.status
    };
    let all = tokio::join!(add(1), add(2), add(3));
    let mut statuses = [all.0, all.1, all.2];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 403, 403]);
    let users: i64 = sqlx::query_scalar("select count(*) from user_account where customer_id = $1::uuid")
        .bind(customer.parse::<uuid::Uuid>().unwrap())
        .fetch_one(&world.sql)
        .await
        .unwrap();
    assert_eq!(users, 1);
}
