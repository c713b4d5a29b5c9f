//! Simulated devices with a token of their own: each posts a reading now and then, and sends it again until it is
//! acknowledged.

use std::time::Duration;

use serde_json::Value;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::api::Api;
use super::rhythm::Measuring;
use super::world::World;
use crate::ground::Ground;

/// Starts every device that sends by itself.
pub(super) fn start(
    api: &Api,
    world: &World,
    ground: &Ground,
    pace: f64,
    stop: &CancellationToken,
) -> Vec<JoinHandle<()>> {
    let mut players = Vec::new();
    for clinic in &world.clinics {
        for device in &clinic.devices {
            let Some(token) = device.token.as_deref() else {
                continue;
            };
            let (device, ground) = (device.clone(), ground.clone());
            let measuring = Measuring::new(device, &clinic.time_zone, ground, pace, stop.clone());
            players.push(tokio::spawn(live(api.with_token(token), measuring, stop.clone())));
        }
    }
    players
}

async fn live(api: Api, mut measuring: Measuring, stop: CancellationToken) {
    while let Some(mut reading) = measuring.next().await {
        say_how_it_is(&mut reading);
        while stop.run_until_cancelled(send(&api, &reading)).await == Some(false) {
            tracing::info!(serial = %reading["device"], "not acknowledged; the device sends again");
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
    }
}

/// A device of a network of its own says its charge and its signal beside what it measured. Each its own, by its serial.
fn say_how_it_is(reading: &mut Value) {
    let (battery, signal) = told(reading["device"].as_str().unwrap_or_default());
    reading["battery_percent"] = battery.into();
    reading["signal_dbm"] = signal.into();
}

/// One whose battery was not charged for long.
const EMPTY: &str = "D000504";

/// Charge in percent and strength of the signal in dBm.
pub(super) fn told(serial: &str) -> (u8, i16) {
    if serial == EMPTY {
        return (9, -81);
    }
    let number = serial
        .bytes()
        .fold(7_u16, |sum, byte| (sum * 5 + u16::from(byte)) % 9_973);
    let battery = u8::try_from(12 + number % 87).unwrap_or(u8::MAX);
    let weaker = i16::try_from(number % 41).unwrap_or(i16::MAX);
    (battery, -68 - weaker)
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
