//! `GET /v1/hubs/me`: what the platform knows of a hub, and which devices it serves.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::{not_proven, prove_head, server_time, unavailable};
use crate::http::State;
use crate::http::problem::Problem;

/// Answers a claimed hub too, so that it can see when a person has confirmed it.
pub(super) async fn get(state: web::Data<State>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let proof = prove_head(&state, &request)
        .await?
        .over(b"")
        .map_err(|unproven| not_proven(&state, &request, unproven))?;
    let devices = crate::registry::system_devices_of_hub(state.database(), &proof.hub)
        .await
        .map_err(|error| {
            tracing::error!(%error, "the registry did not answer");
            unavailable()
        })?;
    let devices: Vec<_> = devices
        .into_iter()
        .map(|device| json!({"maker": device.maker, "serial": device.serial, "model": device.model, "kinds": device.kinds}))
        .collect();
    Ok(HttpResponse::Ok().json(json!({
        "hub_id": proof.hub.hub,
        "state": proof.hub.state,
        "name": proof.hub.name,
        "devices": devices,
        "server_time": server_time(&state),
    })))
}
