//! The pages in a real browser: the scripts in browser/ are the people, this is the world around them.

use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use serde_json::json;
use vitalwire_tests::kinds::reading;
use vitalwire_tests::{PASSWORD, Receiver, World, id, now, setting};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_find_their_way_through_the_portal() {
    let world = World::new().await;
    let customer = world.customer("Lakeside Clinic").await;
    let receiver = Receiver::start();
    world.endpoint(&customer, receiver.url()).await;
    let model = world.model("Cuff B", &["blood_pressure"], "cellular").await;
    let device = world.device(&customer, &model, "BP-0042").await;
    let idle = world.device(&customer, &model, "BP-0043").await;
    world.active_hub(&customer, "HB-1").await;
    world.claimed_hub(&customer, "HB-2").await;
    for hours in 1..=3 {
        let at = now() - TimeDelta::hours(hours);
        let stored = device
            .client
            .post("/v1/telemetry", &reading("BP-0042", "blood_pressure", at))
            .await
            .ok();
        receiver.wait_for_reading(&id(&stored)).await;
    }

    let scene = json!({"customer": customer.email, "device": device.id, "serial": device.serial,
        "token": device.client.token(),
        "idle": {"device": idle.id, "serial": idle.serial, "token": idle.client.token()}});
    play("portal.mjs", &world, scene).await;
}

/// An administrator makes a distributor and a customer; the distributor makes another one and places devices with it; the
/// customer invites a technician, who puts a hub to work and sees the first reading arrive.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clinic_comes_to_its_first_reading() {
    let world = World::new().await;
    let mail = world.server.folder().join("mail");
    play("beginnings.mjs", &world, json!({"mail": mail})).await;
    assert!(!world.server.log().contains(" ERROR "), "{}", world.server.log());
}

/// What was typed into a form whose session had ended comes back to the one who typed it, and to nobody else at that screen.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_sent_is_nobody_else_s_to_read() {
    let world = World::new().await;
    let customer = world.customer("Lakeside Clinic").await;
    let model = world.model("Cuff B", &["blood_pressure"], "cellular").await;
    let device = world.device(&customer, &model, "BP-0042").await;
    let scene = json!({"customer": customer.email, "device": device.id});
    play("unsent.mjs", &world, scene).await;
}

/// Lets the people of a script do what they do.
async fn play(script: &str, world: &World, mut scene: serde_json::Value) {
    let shots = shots(world);
    scene["base"] = json!(world.server.url());
    scene["admin"] = json!("admin@example.org");
    scene["password"] = json!(PASSWORD);
    scene["shots"] = json!(shots);
    scene["chromium"] = json!(chromium());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser").join(script);
    let mut command = tokio::process::Command::new("node");
    command.arg(script).arg(scene.to_string()).kill_on_drop(true);
    let output = tokio::time::timeout(std::time::Duration::from_mins(5), command.output()).await;
    let output = output.expect("the browser is done in time").expect("node runs");
    println!("{}", String::from_utf8_lossy(&output.stdout));
    println!("screenshots: {}", shots.display());
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Where the screenshots stay, to be looked at.
fn shots(world: &World) -> PathBuf {
    let folder = setting("VW_CACHE")
        .map_or_else(|| world.server.scratch(), PathBuf::from)
        .join("screenshots");
    std::fs::create_dir_all(&folder).expect("a folder for screenshots");
    folder
}

fn chromium() -> PathBuf {
    let path = setting("PATH").unwrap_or_default();
    let names = [
        "chromium",
        "chromium-browser",
        "google-chrome-stable",
        "google-chrome",
    ];
    let mut places = std::env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name)));
    places
        .find(|place| place.exists())
        .expect("a Chromium is installed; `make test` sees to it")
}
