//! Simulated hubs: claimed with a code from the portal's API, confirmed by a person's hand, then uploading signed batches
//! for the Bluetooth devices around them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use vitalwire_hub::{
    Client, HubClient, HubClock, Identity, Item, Ledger, MemoryLedger, PlatformUrl, Pulse, Registration,
    SystemClock, SystemRandom, Uplink, UplinkOptions,
};

use super::DemoError;
use super::api::Api;
use super::bedside::Inside;
use super::rhythm::{Measuring, week_before, zone};
use super::seed::{find, id_of};
use super::values::{reading, time};
use super::world::{Hub, World};
use crate::ground::Ground;
use crate::ground::swallow::swallow;

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

/// A hub that is up and uploads what its ledger holds. It tells how it is from when its devices measure.
#[derive(Debug)]
pub(super) struct Running {
    ledger: Arc<MemoryLedger>,
    inside: Arc<Inside>,
    pulse: Pulse<Arc<Inside>, HubClient>,
    uplink: JoinHandle<()>,
    time_zone: String,
    unplugged: bool,
}

/// Claims the hubs that are not yet, and starts all of them. Nothing measures yet.
pub(super) async fn start(
    stage: &Stage<'_>,
    admin: &Api,
    world: &mut World,
) -> Result<Vec<Running>, DemoError> {
    let mut hubs = Vec::new();
    for nth in 0..world.clinics.len() {
        let Some(mut hub) = world.clinics[nth].hub.clone() else {
            continue;
        };
        let customer = world.clinics[nth].id.clone().unwrap_or_default();
        // Who has no distributor adds, claims and confirms its hub by itself.
        let own = match world.clinics[nth].distributor {
            None => Some(admin.sign_in(&world.clinics[nth].email, &world.password).await?),
            Some(_) => None,
        };
        let admin = own.as_ref().unwrap_or(admin);
        if hub.id.is_none() {
            hub.id = register(admin, &hub, &customer).await?;
            world.clinics[nth].hub = Some(hub.clone());
            world.save()?;
        }
        let client = connect(stage, admin, &hub).await?;
        let beside = connect(stage, admin, &hub).await?;
        let devices = world.clinics[nth]
            .devices
            .iter()
            .filter(|device| device.through_hub)
            .cloned()
            .collect();
        let ledger = Arc::new(MemoryLedger::new(LEDGER));
        let random = Arc::new(SystemRandom::new());
        let inside = Arc::new(Inside::new(stage.ground.clone(), Arc::clone(&ledger), devices));
        let pulse = Pulse::new(Arc::clone(&inside), beside, Arc::clone(&random) as _);
        let uplink = Uplink::new(Arc::clone(&ledger), client, random, UplinkOptions::default());
        hubs.push(Running {
            ledger,
            inside,
            pulse,
            unplugged: hub.unplugged,
            uplink: tokio::spawn(uplink.run(stage.stop.clone())),
            time_zone: world.clinics[nth].time_zone.clone(),
        });
    }
    Ok(hubs)
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

impl Running {
    /// The week before, from the ledger and signed as everything that a hub sends; returns how many the platform has.
    pub(super) async fn send_week(&mut self, now: DateTime<Utc>) -> Result<usize, DemoError> {
        let zone = zone(&self.time_zone);
        let mut sent = 0;
        for device in self.inside.devices() {
            for at in week_before(device, zone, now) {
                let item = item(reading(device, at, zone), at + TimeDelta::seconds(2))?;
                self.inside.hear(&device.serial, at);
                self.ledger.push(item).await.map_err(|error| failed(&error))?;
                sent += 1;
            }
        }
        // The ledger has no event for being empty; a verdict takes a reading out of it.
        while !self.ledger.is_empty() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        if self.unplugged {
            self.pulse.beat().await;
        }
        Ok(sent)
    }

    /// Starts the devices around it; those of an unplugged hub are not heard any more.
    pub(super) fn measure(self, stage: &Stage<'_>) -> Vec<JoinHandle<()>> {
        if self.unplugged {
            self.uplink.abort();
            return Vec::new();
        }
        let mut players = vec![self.uplink, tokio::spawn(self.pulse.run(stage.stop.clone()))];
        for device in self.inside.devices() {
            let measuring = Measuring::new(
                device.clone(),
                &self.time_zone,
                stage.ground.clone(),
                stage.pace,
                stage.stop.clone(),
            );
            players.push(tokio::spawn(live(
                Arc::clone(&self.ledger),
                Arc::clone(&self.inside),
                measuring,
                stage.ground.clone(),
            )));
        }
        players
    }
}

async fn live(ledger: Arc<MemoryLedger>, inside: Arc<Inside>, mut measuring: Measuring, ground: Ground) {
    while let Some(reading) = measuring.next().await {
        let serial = reading["device"].as_str().unwrap_or_default();
        inside.hear(serial, ground.now());
        inside.write(&format!("heard {serial}"));
        let kept = match item(reading, ground.now()) {
            Ok(item) => ledger
                .push(item)
                .await
                .map(|_| ())
                .map_err(|error| failed(&error)),
            Err(error) => Err(error),
        };
        swallow(
            kept,
            "the hub keeps nothing of it, and the device will measure again",
        );
    }
}

/// A reading as the hub saw it first.
fn item(mut reading: Value, seen: DateTime<Utc>) -> Result<Item, DemoError> {
    reading["hub_time"] = json!(time(seen));
    Item::from_json(reading.to_string()).map_err(|error| failed(&error))
}

fn file(folder: &Path, hub: &Hub, ending: &str) -> PathBuf {
    folder.join(format!("hub-{}.{ending}", hub.serial))
}

fn failed(error: &dyn std::error::Error) -> DemoError {
    DemoError::Hub(error.to_string())
}
