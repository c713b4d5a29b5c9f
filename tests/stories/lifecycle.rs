//! The server stops, is killed, and comes back to the same data.

use serde_json::json;
use vitalwire_tests::{World, now};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_adopts_its_postgresql_and_a_stopped_one_starts_it_again() {
    let mut world = World::new().await;
    let customer = world.customer("Lakeview").await;
    let model = world.model("Scale 1", &["weight"], "cellular").await;
    let device = world.device(&customer, &model, "L1").await;
    let reading = json!({"device": "L1", "kind": "weight", "measured_at": now().to_rfc3339(), "values": {"weight": 71.5}});
    let first = device.client.post("/v1/telemetry", &reading).await;
    assert_eq!(first.status, 202, "{}", first.text);

    world.server.kill();
    assert!(
        postmaster(&world).is_some(),
        "PostgreSQL outlives a killed server"
    );
    world.server.restart().await;
    assert!(
        world.server.log().contains("adopted the private PostgreSQL"),
        "{}",
        world.server.log()
    );
    let again = device.client.post("/v1/telemetry", &reading).await;
    assert_eq!(
        (again.status, &again.body["id"]),
        (200, &first.body["id"]),
        "{}",
        again.text
    );

    world.server.stop();
    assert!(
        postmaster(&world).is_none(),
        "a clean stop leaves no PostgreSQL behind"
    );
    world.server.restart().await;
    let again = device.client.post("/v1/telemetry", &reading).await;
    assert_eq!(
        (again.status, &again.body["id"]),
        (200, &first.body["id"]),
        "{}",
        again.text
    );

    // After the adopted one was stopped by its adopter, nothing of an earlier start is left over.
    world.server.kill();
    world.server.restart().await;
    world.server.stop();
    assert!(postmaster(&world).is_none(), "who adopts a PostgreSQL stops it");
}

fn postmaster(world: &World) -> Option<u32> {
    let pid = std::fs::read_to_string(world.server.folder().join("postgres/data/postmaster.pid")).ok()?;
    let pid: u32 = pid.lines().next()?.trim().parse().ok()?;
    std::path::Path::new(&format!("/proc/{pid}"))
        .exists()
        .then_some(pid)
}
