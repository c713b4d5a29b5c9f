//! What a hub says besides readings: proved before its body is read, and refused in the same words.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;

use super::{Incoming, hub_telemetry, not_proven, note, prove_head, refuse_body, unavailable};
use crate::http::State;
use crate::http::problem::Problem;
use crate::intake::{HubOutcome, HubProof};
use crate::registry::fleet::HubWordError;

/// The proof that an active hub sent the request, with its body read.
pub(super) async fn prove(
    state: &State,
    request: &HttpRequest,
    body: &mut Incoming,
) -> Result<HubProof, Problem> {
    let head = prove_head(state, request).await?;
    if let Some(outcome) = state.intake().refuse_hub(&head.hub) {
        return Err(hub_telemetry::refused(state, &outcome));
    }
    body.rest(state.bodies())
        .await
        .map_err(|error| refuse_body(state, head.subject(), error))?;
    head.over(body.bytes())
        .map_err(|unproven| not_proven(state, request, unproven))
}

/// What the hub said cannot be read.
pub(super) fn malformed(state: &State, proof: &HubProof) -> Problem {
    note(state, proof.subject(), "malformed-json");
    Problem::new(
        "malformed-json",
        StatusCode::UNPROCESSABLE_ENTITY,
        "What the hub says cannot be read",
    )
}

/// Why a hub that proved itself is not listened to.
pub(super) fn problem(state: &State, proof: &HubProof, error: &HubWordError) -> Problem {
    match error {
        HubWordError::NotActive => {
            note(state, proof.subject(), "hub-inactive");
            hub_telemetry::refused(state, &HubOutcome::Inactive)
        }
        HubWordError::UnknownCommand => {
            note(state, proof.subject(), "unknown-command");
            Problem::new(
                "unknown-command",
                StatusCode::NOT_FOUND,
                "Nobody asked for that, or too long ago",
            )
        }
        HubWordError::Invalid(why) => {
            note(state, proof.subject(), "invalid");
            Problem::new(
                "invalid",
                StatusCode::UNPROCESSABLE_ENTITY,
                "A value cannot be taken",
            )
            .detail(*why)
        }
        HubWordError::Database(error) => {
            tracing::error!(%error, "the database did not take what a hub said");
            unavailable()
        }
    }
}
