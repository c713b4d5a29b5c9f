//! Simulated hubs: claimed with a code from the portal's API, confirmed by a person's hand, then uploading signed batches
//! for the Bluetooth devices around them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use vitalwire_hub::{
    Client, HubClient, HubClock, Identity, Item, Ledger, MemoryLedger, PlatformUrl, Registration,
    SystemClock, SystemRandom, Uplink, UplinkOptions,
};

use super::DemoError;
use super::api::Api;
use super::devices;
use super::seed::{find, id_of};
use super::values::Dice;
use super::world::{Device, Hub, World};
use crate::ground::Ground;

/// Readings that a simulated hub keeps.
const LEDGER: usize = 10_000;

/// Where the players are and what they share.
#[derive(Debug)]
pub(super) struct Stage<'a> {
    pub(super) base: &'a str,
    pub(super) folder: &'a Path,
    pub(super) ground: &'a Ground,
    pub(super) pace: f64,
    pub(super) stop: &'a CancellationToken,
}

/// Claims the hubs that are not yet, and starts all of them.
pub(super) async fn start(
    stage: &Stage<'_>,
    admin: &Api,
    world: &mut World,
) -> Result<Vec<JoinHandle<()>>, DemoError> {
    let mut players = Vec::new();
    for nth in 0..world.clinics.len() {
        let Some(mut hub) = world.clinics[nth].hub.clone() else {
            continue;
        };
        let customer = world.clinics[nth].id.clone().unwrap_or_default();
        if hub.id.is_none() {
            hub.id = register(admin, &hub, &customer).await?;
            world.clinics[nth].hub = Some(hub.clone());
            world.save()?;
        }
        let client = connect(stage, admin, &hub).await?;
        let devices = world.clinics[nth]
            .devices
            .iter()
            .filter(|device| device.through_hub)
            .cloned()
            .collect();
        players.extend(play(stage, client, devices));
    }
    Ok(players)
}

/// Makes the hub in the registry, or finds it there from a start that was cut off.
async fn register(admin: &Api, hub: &Hub, customer: &str) -> Result<Option<String>, DemoError> {
    let new = json!({"serial": hub.serial, "name": hub.name, "customer_id": customer});
    let answer = admin.post("/api/v1/hubs", &new).await?;
    if answer.is_conflict() {
        return find(admin, "/api/v1/hubs?limit=200", |row| {
            row["serial"] == hub.serial.as_str()
        })
        .await;
    }
    id_of(answer, "creating a hub").map(Some)
}

/// The hub's own start: its key, its registration from an earlier claim or a new one, and the connection.
async fn connect(stage: &Stage<'_>, admin: &Api, hub: &Hub) -> Result<HubClient, DemoError> {
    let clock = Arc::new(HubClock::new(Arc::new(SystemClock)));
    let platform = PlatformUrl::parse(stage.base).map_err(|error| failed(&error))?;
    let client = Client::new(platform, clock).map_err(|error| failed(&error))?;
    let identity =
        Identity::load_or_create(&file(stage.folder, hub, "key")).map_err(|error| failed(&error))?;
    let kept = file(stage.folder, hub, "json");
    let known = Registration::load(&kept).map_err(|error| failed(&error))?;
    let registration = if let Some(registration) = known {
        registration
    } else {
        let registration = claim(admin, hub, &client, &identity).await?;
        registration.save(&kept).map_err(|error| failed(&error))?;
        registration
    };
    HubClient::new(client, &identity, &registration, Arc::new(SystemRandom::new()))
        .map_err(|error| failed(&error))
}

/// A person asks for the code, types it into the hub, compares the fingerprints and confirms.
async fn claim(
    admin: &Api,
    hub: &Hub,
    client: &Client,
    identity: &Identity,
) -> Result<Registration, DemoError> {
    let path = format!("/api/v1/hubs/{}", hub.id.as_deref().unwrap_or_default());
    let code = admin
        .post(&format!("{path}/claim-code"), &json!({}))
        .await?
        .success("asking for a claim code")?;
    let code = code["code"]
        .as_str()
        .unwrap_or_default()
        .parse()
        .map_err(|error| failed(&error))?;
    let registration = client
        .claim(identity, &code)
        .await
        .map_err(|error| failed(&error))?;
    let confirm = json!({"fingerprint": registration.fingerprint});
    admin
        .post(&format!("{path}/confirm"), &confirm)
        .await?
        .success("confirming a hub")?;
    Ok(registration)
}

/// The hub's uplink, and one task a device that measures.
fn play(stage: &Stage<'_>, client: HubClient, devices: Vec<Device>) -> Vec<JoinHandle<()>> {
    let ledger = Arc::new(MemoryLedger::new(LEDGER));
    let random = Arc::new(SystemRandom::new());
    let uplink = Uplink::new(Arc::clone(&ledger), client, random, UplinkOptions::default());
    let mut players = vec![tokio::spawn(uplink.run(stage.stop.clone()))];
    for device in devices {
        let measuring = measure(
            Arc::clone(&ledger),
            device,
            stage.ground.clone(),
            stage.pace,
            stage.stop.clone(),
        );
        players.push(tokio::spawn(measuring));
    }
    players
}

async fn measure(
    ledger: Arc<MemoryLedger>,
    device: Device,
    ground: Ground,
    pace: f64,
    stop: CancellationToken,
) {
    let mut wait = Dice(&ground).about(pace / 3.0);
    while stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_some() {
        if let Some(item) = item(&device, &ground)
            && ledger.push(item).await.is_err()
        {
            tracing::warn!(
                serial = device.serial,
                "the hub's ledger is full; the device keeps its reading"
            );
        }
        wait = Dice(&ground).about(pace);
    }
}

/// A reading as the hub saw it first.
fn item(device: &Device, ground: &Ground) -> Option<Item> {
    let mut item = devices::reading(device, ground);
    item["hub_time"] = json!(ground.now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true));
    Item::from_json(item.to_string()).ok()
}

fn file(folder: &Path, hub: &Hub, ending: &str) -> PathBuf {
    folder.join(format!("hub-{}.{ending}", hub.serial))
}

fn failed(error: &dyn std::error::Error) -> DemoError {
    DemoError::Hub(error.to_string())
}
