//! How a hub comes to be trusted, and with what.

mod fleet;
mod keys;
mod packed;
mod refused;
pub(crate) mod signed;
mod undated;

use chrono::TimeDelta;
use serde_json::{Value, json};
use vitalwire_server::registry::{ClaimError, system_claim};

use crate::world::{Client, Tenant, World};

async fn code(client: &Client, hub: &str) -> String {
    client
        .post(&format!("/api/v1/hubs/{hub}/claim-code"), &json!({}))
        .await
        .created("code")
}

async fn hub(client: &Client, tenant: &Tenant) -> Value {
    client.get(&format!("/api/v1/hubs/{}", tenant.hub)).await.body
}

#[tokio::test]
async fn of_two_boxes_with_one_code_one_wins() {
    let world = World::new().await;
    let tenant = world.tenant(&world.admin().await, "a").await;
    let code = code(&tenant.user, &tenant.hub).await;
    let claim = async |key: [u8; 32]| system_claim(&world.ground, &world.database, &code, &key, None).await;
    let keys: [[u8; 32]; 4] = [[1; 32], [2; 32], [3; 32], [4; 32]];
    let all = tokio::join!(claim(keys[0]), claim(keys[1]), claim(keys[2]), claim(keys[3]));
    let results = [all.0, all.1, all.2, all.3];
    let winners: Vec<_> = results.iter().filter_map(|result| result.as_ref().ok()).collect();
    assert_eq!(winners.len(), 1, "{results:?}");
    assert_eq!(
        results
            .iter()
            .filter(|result| matches!(result, Err(ClaimError::UnknownCode)))
            .count(),
        3
    );
    let seen = hub(&tenant.user, &tenant).await;
    assert_eq!(seen["state"], "claimed");
    assert_eq!(seen["fingerprint"], winners[0].fingerprint.as_str());
    let periods: i64 = sqlx::query_scalar(
        "select count(*) from assignment where hub_id is not null and valid_until is null",
    )
    .fetch_one(&world.sql)
    .await
    .unwrap();
    assert_eq!(periods, 1);
}

#[tokio::test]
async fn a_code_works_once_in_ten_minutes_and_until_the_next() {
    let world = World::new().await;
    let tenant = world.tenant(&world.admin().await, "a").await;
    let claim =
        async |code: &str| system_claim(&world.ground, &world.database, code, &[1; 32], Some("1.0")).await;
    let first = code(&tenant.user, &tenant.hub).await;
    let second = code(&tenant.user, &tenant.hub).await;
    assert!(
        matches!(claim(&first).await, Err(ClaimError::UnknownCode)),
        "the earlier code is void"
    );
    world.clock.advance(TimeDelta::minutes(10));
    assert!(
        matches!(claim(&second).await, Err(ClaimError::UnknownCode)),
        "it lives ten minutes"
    );
    let third = code(&tenant.user, &tenant.hub).await;
    assert!(claim(&third.to_lowercase().replace('-', " ")).await.is_ok());
    assert!(
        matches!(claim(&third).await, Err(ClaimError::UnknownCode)),
        "it works once"
    );
    assert!(matches!(claim("nonsense").await, Err(ClaimError::UnknownCode)));
}

#[tokio::test]
async fn a_person_confirms_the_key_they_compared_and_no_other() {
    let world = World::new().await;
    let tenant = world.tenant(&world.admin().await, "a").await;
    let path = format!("/api/v1/hubs/{}", tenant.hub);
    let confirm = async |fingerprint: &str| {
        let body = json!({"fingerprint": fingerprint});
        tenant.user.post(&format!("{path}/confirm"), &body).await
    };
    assert_eq!(confirm("aa:bb").await.problem(), (409, "conflict"));
    let code_text = code(&tenant.user, &tenant.hub).await;
    let first = system_claim(&world.ground, &world.database, &code_text, &[1; 32], None)
        .await
        .unwrap();
    let code_text = code(&tenant.user, &tenant.hub).await;
    let second = system_claim(&world.ground, &world.database, &code_text, &[2; 32], None)
        .await
        .unwrap();
    assert_eq!(
        confirm(&first.fingerprint).await.problem(),
        (409, "conflict"),
        "another box came between"
    );
    let confirmed = confirm(&second.fingerprint).await;
    assert_eq!(
        (confirmed.status, &confirmed.body["state"]),
        (200, &json!("active")),
        "{}",
        confirmed.text
    );

    let again = tenant.user.post(&format!("{path}/claim-code"), &json!({})).await;
    assert_eq!(again.problem(), (409, "conflict"), "an active hub keeps its key");
    for (state, expected) in [("inactive", 200), ("active", 200), ("retired", 409)] {
        let answer = tenant.user.patch(&path, &json!({"state": state})).await;
        assert_eq!(answer.status, expected, "{state}: {}", answer.text);
    }
    let retired = world
        .admin()
        .await
        .patch(&path, &json!({"state": "retired"}))
        .await;
    assert_eq!(retired.status, 200);
    assert_eq!(
        tenant
            .user
            .patch(&path, &json!({"state": "active"}))
            .await
            .problem(),
        (409, "conflict")
    );
}

#[tokio::test]
async fn a_serial_is_taken_within_its_customer_alone() {
    let world = World::new().await;
    let admin = world.admin().await;
    let (a, b) = (world.tenant(&admin, "a").await, world.tenant(&admin, "b").await);
    let hub =
        |tenant: &Tenant, name: &str| json!({"serial": "H-a", "name": name, "customer_id": tenant.customer});
    let again = admin.post("/api/v1/hubs", &hub(&a, "Again")).await;
    assert_eq!(again.problem(), (409, "conflict"), "{}", again.text);
    let elsewhere = admin.post("/api/v1/hubs", &hub(&b, "Elsewhere")).await;
    assert_eq!(
        elsewhere.status, 201,
        "B does not learn what A has: {}",
        elsewhere.text
    );
    for (tenant, hubs) in [(&a, ["H-a"].as_slice()), (&b, &["H-a", "H-b"])] {
        let seen = tenant.user.get("/api/v1/hubs").await;
        let rows = seen.body["data"].as_array().unwrap().iter();
        assert_eq!(
            rows.map(|row| row["serial"].as_str().unwrap())
                .collect::<Vec<_>>(),
            hubs
        );
    }

    // Who sees both gets both, page by page.
    let (mut after, mut seen) = (String::new(), Vec::new());
    loop {
        let page = admin.get(&format!("/api/v1/hubs?limit=1{after}")).await;
        seen.extend(page.ids().into_iter().map(str::to_owned));
        match page.body["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    seen.sort();
    let mut all = vec![a.hub, b.hub, elsewhere.created("id")];
    all.sort();
    assert_eq!(seen, all);
}

#[tokio::test]
async fn hubs_are_found_by_what_they_are_called_how_they_stand_and_whose_they_are() {
    let world = World::new().await;
    let admin = world.admin().await;
    let (a, b) = (world.tenant(&admin, "a").await, world.tenant(&admin, "b").await);
    let made = async |path: &str, body: Value| admin.post(path, &body).await.created("id");
    let distributor = made("/api/v1/distributors", json!({"name": "Meridian"})).await;
    let stock = json!({"serial": "M-7", "name": "Ward 3 East", "distributor_id": distributor});
    let stock = made("/api/v1/hubs", stock).await;
    let retired = admin
        .post(&format!("/api/v1/hubs/{}/retire", b.hub), &json!({}))
        .await;
    assert!(retired.status < 300, "{}", retired.text);
    for (query, expected) in [
        ("q=m-7", vec![&stock]),
        ("q=3%20EAST", vec![&stock]),
        ("q=H-", vec![&a.hub, &b.hub]),
        ("q=%25", vec![]),
        ("state=retired", vec![&b.hub]),
        ("state=unclaimed&q=H-", vec![&a.hub]),
        (&format!("distributor_id={distributor}"), vec![&stock]),
        (
            &format!("customer_id={}&state=unclaimed", a.customer),
            vec![&a.hub],
        ),
        (&format!("distributor_id={}", a.customer), vec![]),
    ] {
        let found = admin.get(&format!("/api/v1/hubs?{query}")).await;
        assert_eq!(found.ids(), expected, "{query}: {}", found.text);
    }
    let theirs = a.user.get("/api/v1/hubs?q=-&state=unclaimed").await;
    assert_eq!(theirs.ids(), [&a.hub], "nobody else's");
    let wrong = admin.get("/api/v1/hubs?state=online").await;
    assert_eq!(wrong.status, 400, "{}", wrong.text);
}

#[tokio::test]
async fn a_hub_that_is_claimed_meanwhile_does_not_become_active() {
    let world = World::new().await;
    let tenant = world.tenant(&world.admin().await, "a").await;
    let path = format!("/api/v1/hubs/{}", tenant.hub);
    let code_text = code(&tenant.user, &tenant.hub).await;
    let claimed = system_claim(&world.ground, &world.database, &code_text, &[1; 32], None)
        .await
        .unwrap();
    let confirm = json!({"fingerprint": claimed.fingerprint});
    assert_eq!(
        tenant
            .user
            .post(&format!("{path}/confirm"), &confirm)
            .await
            .status,
        200
    );
    assert_eq!(
        tenant
            .user
            .patch(&path, &json!({"state": "inactive"}))
            .await
            .status,
        200
    );

    // What a claim does, held open while somebody takes the hub in again.
    for ends in ["claimed", "inactive"] {
        let mut claim = world.sql.begin().await.unwrap();
        sqlx::query(
            "update hub set state = $2, public_key = $3, fingerprint = 'another', confirmed_at = null,
               confirmed_by = null
             where id = $1::uuid",
        )
        .bind(tenant.hub.parse::<uuid::Uuid>().unwrap())
        .bind(ends)
        .bind([2_u8; 32].as_slice())
        .execute(&mut *claim)
        .await
        .unwrap();
        let user = tenant.user.clone();
        let at = path.clone();
        let patch = tokio::spawn(async move { user.patch(&at, &json!({"state": "active"})).await });
        world.somebody_waits().await;
        claim.commit().await.unwrap();
        assert_eq!(patch.await.unwrap().problem(), (409, "conflict"), "{ends}");
        let seen = hub(&tenant.user, &tenant).await;
        assert_eq!(
            (&seen["state"], &seen["confirmed_at"]),
            (&json!(ends), &Value::Null)
        );
        sqlx::query("update hub set state = 'inactive', confirmed_at = now()")
            .execute(&world.sql)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn of_codes_asked_for_at_once_one_works() {
    let world = World::new().await;
    let tenant = world.tenant(&world.admin().await, "a").await;
    let ask = async || code(&tenant.user, &tenant.hub).await;
    tokio::join!(ask(), ask(), ask(), ask(), ask(), ask());
    let open: i64 = sqlx::query_scalar("select count(*) from hub_claim_code where used_at is null")
        .fetch_one(&world.sql)
        .await
        .unwrap();
    assert_eq!(open, 1);
}
