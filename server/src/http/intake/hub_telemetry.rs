//! `POST /v1/hubs/telemetry`: a hub's signed batch, one verdict a reading in the order sent.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::{
    Incoming, batch_too_large, commit_problem, not_proven, prove_head, refuse_body, server_time, too_many,
};
use crate::ground::enums::QuarantineReason;
use crate::http::State;
use crate::http::problem::Problem;
use crate::intake::{HubOutcome, ItemVerdict};

/// 200 when everything in it is durable, else a problem. After a problem some of it may be durable all the same (the
/// database fell silent half-way, the hub was switched off between two commits). It is safe to send it again: what was
/// stored is found as a duplicate, but for a reading without any time that is signed anew (docs/SAFETY.md). The body is
/// read after the hub is believed.
pub(super) async fn post(
    state: web::Data<State>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let mut body = Incoming::packed(&request, payload, state.intake().limits().batch_bytes);
    match take(&state, &request, &mut body).await {
        Ok(response) => response,
        Err(problem) => body.refuse(&problem),
    }
}

async fn take(state: &State, request: &HttpRequest, body: &mut Incoming) -> Result<HttpResponse, Problem> {
    let head = prove_head(state, request).await?;
    if let Some(outcome) = state.intake().refuse_hub(&head.hub) {
        return answer(state, outcome);
    }
    body.rest(state.bodies())
        .await
        .map_err(|error| refuse_body(state, head.subject(), error))?;
    let proof = head
        .over(body.bytes())
        .map_err(|unproven| not_proven(state, request, unproven))?;
    let said = body
        .unpacked(state.bodies())
        .map_err(|error| refuse_body(state, proof.subject(), error))?;
    let outcome = state.intake().hub_batch(&proof, &said).await;
    answer(state, outcome.map_err(|error| commit_problem(&error))?)
}

fn answer(state: &State, outcome: HubOutcome) -> Result<HttpResponse, Problem> {
    match outcome {
        HubOutcome::Verdicts(verdicts) => {
            let verdicts: Vec<Value> = verdicts.into_iter().map(verdict).collect();
            Ok(HttpResponse::Ok().json(json!({"verdicts": verdicts, "server_time": server_time(state)})))
        }
        HubOutcome::Undecodable => Ok(HttpResponse::Ok().json(
            json!({"verdicts": [], "quarantined": true, "reason": "undecodable", "server_time": server_time(state)}),
        )),
        refused => Err(self::refused(state, &refused)),
    }
}

/// Why nothing of what a hub sent was taken.
pub(super) fn refused(state: &State, outcome: &HubOutcome) -> Problem {
    match outcome {
        HubOutcome::TooMany(count) => batch_too_large(*count),
        HubOutcome::TooOften(refused) => too_many(refused),
        HubOutcome::NotConfirmed => Problem::new(
            "hub-not-confirmed",
            StatusCode::FORBIDDEN,
            "The hub is not confirmed yet",
        )
        .detail("somebody has to compare its fingerprint in the portal and confirm it; keep the readings"),
        HubOutcome::OtherKey => Problem::new(
            "token-mismatch",
            StatusCode::UNAUTHORIZED,
            "The hub's token was not accepted",
        )
        .detail("the hub's signature does not fit this request: the hub holds another key now")
        .header(header::WWW_AUTHENTICATE, "Bearer")
        .member("server_time", server_time(state)),
        HubOutcome::Inactive | HubOutcome::Verdicts(_) | HubOutcome::Undecodable => {
            Problem::new("hub-inactive", StatusCode::FORBIDDEN, "The hub is not active")
                .detail("keep the readings and ask again later")
        }
    }
}

/// A hub or a vendor's cloud does not learn that its customer's device was somebody else's when it measured.
pub(super) fn verdict(verdict: ItemVerdict) -> Value {
    match verdict {
        ItemVerdict::Accepted(id) => json!({"status": "accepted", "id": id}),
        ItemVerdict::Duplicate(id) => json!({"status": "duplicate", "id": id}),
        ItemVerdict::Quarantined(QuarantineReason::WrongOwner) => {
            json!({"status": "quarantined", "reason": QuarantineReason::UnknownDevice})
        }
        ItemVerdict::Quarantined(reason) => json!({"status": "quarantined", "reason": reason}),
    }
}
