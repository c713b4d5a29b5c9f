//! `POST /v1/hubs/heartbeat`: a hub says how it and its devices are, and hears what it is to do.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use vitals::DeviceKey;

use super::hub_word::{malformed, problem, prove};
use super::{Incoming, note, server_time};
use crate::http::State;
use crate::http::problem::Problem;
use crate::intake::HubProof;
use crate::registry::fleet::{HeardDevice, Heartbeat, system_heartbeat};

/// A thousand devices take about 150 kB.
const LARGEST: usize = 256 * 1024;

#[derive(Deserialize)]
struct In {
    #[serde(default)]
    version: Option<String>,
    uptime_seconds: u64,
    queued: u64,
    #[serde(default)]
    devices: Vec<DeviceIn>,
}

#[derive(Deserialize)]
struct DeviceIn {
    maker: String,
    serial: String,
    #[serde(default)]
    battery_percent: Option<i16>,
    #[serde(default)]
    signal_dbm: Option<i16>,
    #[serde(default)]
    last_seen_at: Option<DateTime<Utc>>,
}

/// 200 with the open commands and when to come again. A hub that is not active is refused as with a batch.
pub(super) async fn post(
    state: web::Data<State>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let mut body = Incoming::new(&request, payload, LARGEST);
    match take(&state, &request, &mut body).await {
        Ok(response) => response,
        Err(problem) => body.refuse(&problem),
    }
}

async fn take(state: &State, request: &HttpRequest, body: &mut Incoming) -> Result<HttpResponse, Problem> {
    let proof = prove(state, request, body).await?;
    state
        .may_beat(proof.hub.hub)
        .map_err(|seconds| too_many(state, &proof, seconds))?;
    let said = serde_json::from_slice(body.bytes()).map_err(|_| malformed(state, &proof))?;
    let heartbeat = heartbeat(said).ok_or_else(|| malformed(state, &proof))?;
    let orders = system_heartbeat(state.ground(), state.database(), &proof.hub, heartbeat)
        .await
        .map_err(|error| problem(state, &proof, &error))?;
    let commands: Vec<Value> = orders
        .commands
        .iter()
        .map(|(id, kind)| json!({"id": id, "kind": kind}))
        .collect();
    Ok(HttpResponse::build(StatusCode::OK).json(json!({
        "commands": commands,
        "next_seconds": orders.next_seconds,
        "server_time": server_time(state),
    })))
}

/// It comes more often than anybody asked it to.
fn too_many(state: &State, proof: &HubProof, seconds: u64) -> Problem {
    note(state, proof.subject(), "too-many-heartbeats");
    Problem::new(
        "too-many-heartbeats",
        StatusCode::TOO_MANY_REQUESTS,
        "Too many heartbeats",
    )
    .detail(format!(
        "the next one is taken in {seconds} s; `next_seconds` says when to come"
    ))
    .header(header::RETRY_AFTER, &seconds.to_string())
}

/// None where a device has no name that could be one.
fn heartbeat(said: In) -> Option<Heartbeat> {
    let In {
        version,
        uptime_seconds,
        queued,
        devices,
    } = said;
    let heard = |device: DeviceIn| {
        Some(HeardDevice {
            key: DeviceKey::parse(&device.maker, &device.serial).ok()?,
            battery_percent: device.battery_percent,
            signal_dbm: device.signal_dbm,
            last_seen_at: device.last_seen_at,
        })
    };
    Some(Heartbeat {
        version,
        uptime_seconds,
        queued,
        devices: devices.into_iter().map(heard).collect::<Option<_>>()?,
    })
}
