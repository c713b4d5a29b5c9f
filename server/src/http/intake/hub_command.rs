//! `POST /v1/hubs/commands/{id}`: a hub says what came of what it was asked to do.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::hub_word::{malformed, problem, prove};
use super::{Incoming, server_time};
use crate::http::State;
use crate::http::problem::Problem;
use crate::registry::fleet::{LARGEST_LOG, Report, system_report};

/// A log of 256 KiB may take twice that as JSON, and a little more.
const LARGEST: usize = 2 * LARGEST_LOG + 4 * 1024;

#[derive(Deserialize)]
struct In {
    outcome: Outcome,
    #[serde(default)]
    detail: Option<String>,
    #[serde(default)]
    log: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Done,
    Failed,
}

/// 200 with the command's state, also where the hub had said so before.
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
    let command = request.match_info().get("id");
    let command: Uuid = command
        .and_then(|id| id.parse().ok())
        .ok_or_else(Problem::no_such_operation)?;
    let proof = prove(state, request, body).await?;
    let said: In = serde_json::from_slice(body.bytes()).map_err(|_| malformed(state, &proof))?;
    let report = Report {
        is_done: said.outcome == Outcome::Done,
        detail: said.detail,
        log: said.log,
    };
    let ended = system_report(
        state.ground(),
        state.database(),
        &proof.hub,
        command.into(),
        report,
    )
    .await
    .map_err(|error| problem(state, &proof, &error))?;
    Ok(HttpResponse::Ok().json(json!({"id": command, "state": ended, "server_time": server_time(state)})))
}
