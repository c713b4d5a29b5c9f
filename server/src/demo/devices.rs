//! Simulated devices with a token of their own: each posts a reading now and then, and sends it again until it is
//! acknowledged.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::api::Api;
use super::values::{Dice, quality, values};
use super::world::{Device, World};
use crate::ground::Ground;

/// Starts every device that sends by itself.
pub(super) fn start(
    api: &Api,
    world: &World,
    ground: &Ground,
    pace: f64,
    stop: &CancellationToken,
) -> Vec<JoinHandle<()>> {
    let devices = world.clinics.iter().flat_map(|clinic| &clinic.devices);
    devices
        .filter_map(|device| {
            let api = api.with_token(device.token.as_deref()?);
            Some(tokio::spawn(live(
                api,
                device.clone(),
                ground.clone(),
                pace,
                stop.clone(),
            )))
        })
        .collect()
}

async fn live(api: Api, device: Device, ground: Ground, pace: f64, stop: CancellationToken) {
    let mut wait = Dice(&ground).about(pace / 3.0);
    while stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_some() {
        let reading = reading(&device, &ground);
        while stop.run_until_cancelled(send(&api, &reading)).await == Some(false) {
            tracing::info!(serial = device.serial, "not acknowledged; the device sends again");
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
        wait = Dice(&ground).about(pace);
    }
}

/// Whether the platform answered for good: acknowledged, or refused for a reason that sending again does not change.
async fn send(api: &Api, reading: &Value) -> bool {
    match api.post("/v1/telemetry", reading).await {
        Ok(answer) if answer.is_success() => true,
        Ok(answer) if answer.status == 429 || answer.status >= 500 => false,
        Ok(answer) => {
            tracing::warn!(status = answer.status, problem = %answer.body["type"], "a simulated reading was refused");
            true
        }
        Err(_) => false,
    }
}

/// A reading of the present moment.
pub(super) fn reading(device: &Device, ground: &Ground) -> Value {
    let at = ground.now();
    let dice = Dice(ground);
    json!({
        "device": device.serial,
        "maker": device.maker,
        "kind": device.kind,
        "measured_at": at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        "values": values(device.kind, at, &dice),
        "quality": quality(device.kind, &dice),
    })
}
