//! `POST /v1/hubs/telemetry`: a hub's signed batch, one verdict a reading in the order sent.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::{body, commit_problem, prove, server_time};
use crate::ground::enums::QuarantineReason;
use crate::http::State;
use crate::http::problem::Problem;
use crate::intake::{HubOutcome, ItemVerdict, LARGEST_BATCH};

/// 200 when everything in it is durable, else a problem and nothing is.
pub(super) async fn post(
    state: web::Data<State>,
    request: HttpRequest,
    payload: Result<web::Bytes, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    let payload = body(&state, &request, payload)?;
    let proof = prove(&state, &request, &payload).await?;
    let outcome = state
        .intake()
        .hub_batch(&proof, &payload)
        .await
        .map_err(|error| commit_problem(&error))?;
    match outcome {
        HubOutcome::Verdicts(verdicts) => {
            let verdicts: Vec<Value> = verdicts.into_iter().map(verdict).collect();
            Ok(HttpResponse::Ok().json(json!({"verdicts": verdicts, "server_time": server_time(&state)})))
        }
        HubOutcome::Undecodable => Ok(HttpResponse::Ok().json(
            json!({"verdicts": [], "quarantined": true, "reason": "undecodable", "server_time": server_time(&state)}),
        )),
        HubOutcome::TooMany(count) => {
            Err(Problem::new("batch-too-large", StatusCode::PAYLOAD_TOO_LARGE, "Too many readings in one batch")
                .detail(format!("{count} were sent; send {LARGEST_BATCH} at most")))
        }
        HubOutcome::NotConfirmed => {
            Err(Problem::new("hub-not-confirmed", StatusCode::FORBIDDEN, "The hub is not confirmed yet")
                .detail("somebody has to compare its fingerprint in the portal and confirm it; keep the readings"))
        }
        HubOutcome::Inactive => Err(Problem::new("hub-inactive", StatusCode::FORBIDDEN, "The hub is not active")
            .detail("keep the readings and ask again later")),
    }
}

/// A hub does not learn whether a serial that is not its customer's belongs to somebody else.
fn verdict(verdict: ItemVerdict) -> Value {
    match verdict {
        ItemVerdict::Accepted(id) => json!({"status": "accepted", "id": id}),
        ItemVerdict::Duplicate(id) => json!({"status": "duplicate", "id": id}),
        ItemVerdict::Quarantined(QuarantineReason::WrongOwner) => {
            json!({"status": "quarantined", "reason": QuarantineReason::UnknownDevice})
        }
        ItemVerdict::Quarantined(reason) => json!({"status": "quarantined", "reason": reason}),
    }
}
