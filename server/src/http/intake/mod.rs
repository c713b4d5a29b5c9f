//! Where readings come in: a device with a token of its own, and hubs. The handlers read the request, call intake and
//! say what became of it.

mod claim;
mod hub_self;
mod hub_telemetry;
mod telemetry;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, web};

use super::State;
use super::problem::Problem;
use crate::history::commit::CommitError;
use crate::intake::{HubProof, IntakeLimits, ProofError, Refusal, RefusalReason, Subject};

/// The routes, each with the largest body that it reads.
pub fn configure(cfg: &mut web::ServiceConfig, limits: IntakeLimits) {
    cfg.service(
        web::resource("/v1/telemetry")
            .app_data(web::PayloadConfig::new(limits.single_bytes))
            .route(web::post().to(telemetry::post)),
    )
    .service(
        web::resource("/v1/hubs/telemetry")
            .app_data(web::PayloadConfig::new(limits.batch_bytes))
            .route(web::post().to(hub_telemetry::post)),
    )
    .service(
        web::resource("/v1/hubs/claim")
            .app_data(web::PayloadConfig::new(limits.single_bytes))
            .route(web::post().to(claim::post)),
    )
    .service(web::resource("/v1/hubs/me").route(web::get().to(hub_self::get)));
}

/// The token of an `Authorization: Bearer …` header.
fn bearer(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim())
        .filter(|token| !token.is_empty())
}

/// The address that the request came from.
fn remote(request: &HttpRequest) -> Option<String> {
    request.peer_addr().map(|address| address.ip().to_string())
}

fn no_token() -> Problem {
    Problem::new("missing-token", StatusCode::UNAUTHORIZED, "A token is needed")
        .detail("send it as Authorization: Bearer …")
        .header(header::WWW_AUTHENTICATE, "Bearer")
}

/// The body, or the problem that it is too large or broke off.
fn body(
    state: &State,
    request: &HttpRequest,
    body: Result<web::Bytes, actix_web::Error>,
) -> Result<web::Bytes, Problem> {
    body.map_err(|error| {
        let too_large = error.as_response_error().status_code() == StatusCode::PAYLOAD_TOO_LARGE;
        let (reason, status, title): (RefusalReason, _, _) = if too_large {
            (
                "too-large",
                StatusCode::PAYLOAD_TOO_LARGE,
                "The body is too large",
            )
        } else {
            ("incomplete", StatusCode::BAD_REQUEST, "The body broke off")
        };
        let subject = Subject {
            remote: remote(request),
            ..Subject::default()
        };
        state.intake().refusals().note(Refusal {
            subject,
            reason,
            detail: None,
        });
        Problem::new(reason, status, title)
    })
}

/// The proof that a hub sent this request, or the problem, which tells a hub with a wrong clock the time.
async fn prove(state: &State, request: &HttpRequest, body: &[u8]) -> Result<HubProof, Problem> {
    let intake = state.intake();
    let token = bearer(request).ok_or_else(no_token)?;
    let proof = intake
        .prove_hub(token, request.method().as_str(), request.path(), body)
        .await;
    proof.map_err(|error| {
        if let ProofError::Unavailable(error) = &error {
            tracing::error!(%error, "the registry did not answer");
            return unavailable();
        }
        let reason = match error {
            ProofError::Malformed => "malformed-token",
            ProofError::UnknownHub => "unknown-hub",
            ProofError::Time => "token-out-of-time",
            ProofError::Mismatch(_) | ProofError::Unavailable(_) => "token-mismatch",
        };
        let subject = Subject {
            remote: remote(request),
            ..Subject::default()
        };
        intake.refusals().note(Refusal {
            subject,
            reason,
            detail: Some(error.to_string()),
        });
        Problem::new(
            reason,
            StatusCode::UNAUTHORIZED,
            "The hub's token was not accepted",
        )
        .detail(error.to_string())
        .member("server_time", server_time(state))
        .header(header::WWW_AUTHENTICATE, "Bearer")
    })
}

fn server_time(state: &State) -> String {
    state
        .ground()
        .now()
        .to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

fn unavailable() -> Problem {
    Problem::new(
        "unavailable",
        StatusCode::SERVICE_UNAVAILABLE,
        "The platform cannot take this right now",
    )
    .detail("nothing was stored; send it again")
    .header(header::RETRY_AFTER, "2")
}

fn commit_problem(error: &CommitError) -> Problem {
    match error {
        CommitError::Full => Problem::new(
            "too-busy",
            StatusCode::SERVICE_UNAVAILABLE,
            "Too many readings are waiting",
        )
        .detail("nothing was stored; send it again")
        .header(header::RETRY_AFTER, "1"),
        CommitError::Stopping | CommitError::Unavailable => unavailable(),
    }
}
