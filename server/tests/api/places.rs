//! Where a request comes from: the other end of its connection, unless that is a proxy that is trusted.

use std::time::Duration;

use serde_json::json;
use vitalwire_server::config::Config;

use crate::world::{Client, World};

/// Signs in with wrong passwords, each at another account, until that is one too many; how many were looked at.
async fn guesses(world: &World, name: &str, forwarded: &str) -> u32 {
    for n in 0..100 {
        let guess =
            json!({"email": format!("{name}{n}@clinic.example"), "password": "a wrong guess of theirs"});
        let request = world.anyone.request("POST", "/api/v1/token").json(&guess);
        let answer = world
            .anyone
            .send(request.header("x-forwarded-for", forwarded))
            .await;
        match answer.status {
            401 => {}
            429 => return n,
            other => panic!("{other}: {}", answer.text),
        }
    }
    panic!("{name} may guess on and on")
}

async fn remotes(world: &World, admin: &Client) -> Vec<String> {
    for _ in 0..100 {
        let answer = admin.get("/api/v1/refusals").await;
        let rows = answer.body["data"].as_array().unwrap();
        if rows.len() >= 2 {
            let remotes = rows.iter().map(|row| row["remote"].as_str().unwrap().to_owned());
            return remotes.collect();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!(
        "the refusals were not logged: {}",
        world.anyone.get("/healthz").await.text
    );
}

/// A reading without a token, a batch without one and a claim with a code that nobody gave out.
async fn refused(world: &World) {
    let claim = json!({"code": "0000-0000-0000", "public_key": "AQEB".repeat(10) + "AQE"});
    for (path, body) in [
        ("/v1/telemetry", json!({})),
        ("/v1/hubs/telemetry", json!({})),
        ("/v1/hubs/claim", claim),
    ] {
        let request = world.anyone.request("POST", path).json(&body);
        let request = request.header("x-forwarded-for", "10.1.1.1, 198.51.100.7");
        let answer = world.anyone.send(request).await;
        assert!(matches!(answer.status, 401 | 404), "{path}: {}", answer.text);
    }
}

#[tokio::test]
async fn who_is_no_trusted_proxy_is_not_believed() {
    let world = World::new().await;
    let admin = world.admin().await;
    refused(&world).await;
    assert_eq!(remotes(&world, &admin).await, ["127.0.0.1"; 2]);
    assert_eq!(guesses(&world, "a", "198.51.100.7").await, 60);
    assert_eq!(
        guesses(&world, "b", "198.51.100.8").await,
        0,
        "another word of theirs makes no other place"
    );
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_client_is_a_place_of_its_own() {
    let trusting = |config: &mut Config| config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    let world = World::with(trusting).await;
    let admin = world.admin().await;
    refused(&world).await;
    assert_eq!(
        remotes(&world, &admin).await,
        ["198.51.100.7"; 2],
        "and what it says of itself is not believed"
    );
    assert_eq!(guesses(&world, "a", "198.51.100.7").await, 60);
    assert_eq!(guesses(&world, "b", "10.1.1.1, 198.51.100.7").await, 0);
    let right = json!({"email": crate::world::ADMIN, "password": crate::world::PASSWORD});
    let request = world.anyone.request("POST", "/api/v1/token").json(&right);
    let elsewhere = request.header("x-forwarded-for", "198.51.100.8");
    assert_eq!(world.anyone.send(elsewhere).await.status, 200);
}
