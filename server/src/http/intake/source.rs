//! `POST /v1/sources/{vendor}/{id}`: a message of a vendor's cloud, one verdict a reading in the order sent.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::hub_telemetry::verdict;
use super::{Incoming, batch_too_large, commit_problem, refuse_body, remote, too_many, unavailable};
use crate::ground::enums::Vendor;
use crate::http::State;
use crate::http::problem::Problem;
use crate::intake::{ProvenSource, Refusal, SourceError, SourceRefused, SourceVerdict};

/// 200 when everything in it is durable, else a problem: then it is safe to send it again. The body is read after the source
/// has shown its secret.
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
    let proven = prove(state, request).await?;
    body.rest(state.bodies())
        .await
        .map_err(|error| refuse_body(state, proven.subject(), error))?;
    let said = body
        .unpacked(state.bodies())
        .map_err(|error| refuse_body(state, proven.subject(), error))?;
    let said = state.intake().source_message(&proven, &said).await;
    let verdicts: Vec<Value> = said
        .map_err(|error| problem(&error))?
        .into_iter()
        .map(told)
        .collect();
    Ok(HttpResponse::Ok().json(json!({"verdicts": verdicts})))
}

/// The source that the address names, where it shows its secret.
async fn prove(state: &State, request: &HttpRequest) -> Result<ProvenSource, Problem> {
    let part = |name| request.match_info().get(name).unwrap_or_default();
    let vendor: Vendor = part("vendor").parse().map_err(|_| Problem::no_such_operation())?;
    let header = |name: &str| Some(request.headers().get(name)?.to_str().ok()?.to_owned());
    let proven = state.intake().prove_source(vendor, part("id"), header).await;
    proven.map_err(|(error, mut subject)| {
        if subject.source.is_none() {
            subject.remote = Some(remote(request).to_string());
        }
        state.intake().refusals().note(Refusal {
            subject,
            reason: error.reason(),
            detail: None,
        });
        refused(&error)
    })
}

fn told(told: SourceVerdict) -> Value {
    match told {
        SourceVerdict::Reading(of) => verdict(of),
        SourceVerdict::Heard => json!({"status": "heard"}),
    }
}

fn problem(error: &SourceError) -> Problem {
    match error {
        SourceError::Refused(error) => refused(error),
        SourceError::TooMany(refused) => too_many(refused),
        SourceError::TooLarge(count) => batch_too_large(*count),
        SourceError::Commit(error) => commit_problem(error),
    }
}

fn refused(error: &SourceRefused) -> Problem {
    let slug = error.reason();
    match error {
        SourceRefused::NotProven => Problem::new(
            slug,
            StatusCode::UNAUTHORIZED,
            "No source of this address showed its secret",
        )
        .detail("look at the source's page for its address and for how the secret is shown, or exchange the secret")
        .header(header::WWW_AUTHENTICATE, "Basic realm=\"vitalwire\""),
        SourceRefused::Inactive => Problem::new(slug, StatusCode::FORBIDDEN, "The source is not active")
            .detail("activate it on its page, then send again"),
        SourceRefused::Unavailable(error) => {
            tracing::error!(%error, "the registry did not answer");
            unavailable()
        }
    }
}
