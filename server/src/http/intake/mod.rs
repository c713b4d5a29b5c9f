//! Where readings come in: a device with a token of its own, hubs, and vendors' clouds. The handlers read the request, call intake and
//! say what became of it.

mod body;
mod claim;
mod hub_command;
mod hub_heartbeat;
mod hub_self;
mod hub_telemetry;
mod hub_word;
mod source;
mod telemetry;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName};
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, web};

use super::State;
use super::patience::in_good_time;
use super::problem::Problem;
use super::remote::remote;
use crate::history::commit::CommitError;
use crate::intake::{
    LARGEST_BATCH, ProofError, ProvenHead, Refusal, RefusalReason, Subject, TooMany, Unproven,
};
use body::{BodyError, Incoming};

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// The routes; whatever else lies under `/v1` is a problem and no page.
pub fn configure(cfg: &mut web::ServiceConfig) {
    let taking = |path, route| {
        web::resource(path)
            .route(route)
            .default_service(web::to(only_posted))
    };
    cfg.service(taking("/v1/telemetry", web::post().to(telemetry::post)))
        .service(taking("/v1/hubs/telemetry", web::post().to(hub_telemetry::post)))
        .service(taking("/v1/hubs/heartbeat", web::post().to(hub_heartbeat::post)))
        .service(taking(
            "/v1/hubs/commands/{id}",
            web::post().to(hub_command::post),
        ))
        .service(taking("/v1/hubs/claim", web::post().to(claim::post)))
        .service(taking("/v1/sources/{vendor}/{id}", web::post().to(source::post)))
        .service(
            web::resource("/v1/hubs/me")
                .wrap(from_fn(in_good_time))
                .route(web::get().to(hub_self::get))
                .default_service(web::to(only_asked)),
        )
        .service(
            web::scope("/v1")
                .wrap(from_fn(in_good_time))
                .default_service(web::to(nothing_here)),
        );
}

async fn only_posted(request: HttpRequest, payload: web::Payload) -> HttpResponse {
    Incoming::new(&request, payload, 0).refuse(&Problem::method_not_allowed("POST"))
}

async fn only_asked() -> Result<HttpResponse, Problem> {
    Err(Problem::method_not_allowed("GET"))
}

async fn nothing_here() -> Result<HttpResponse, Problem> {
    Err(Problem::no_such_operation())
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

fn no_token() -> Problem {
    Problem::new("missing-token", StatusCode::UNAUTHORIZED, "A token is needed")
        .detail("send it as Authorization: Bearer …")
        .header(header::WWW_AUTHENTICATE, "Bearer")
}

/// Notes that a body was not read and says so.
fn refuse_body(state: &State, subject: Subject, error: BodyError) -> Problem {
    note(state, subject, error.reason());
    error.problem()
}

fn note(state: &State, subject: Subject, reason: RefusalReason) {
    state.intake().refusals().note(Refusal {
        subject,
        reason,
        detail: None,
    });
}

/// Nobody that is known: what is left is where it comes from.
fn stranger(request: &HttpRequest) -> Subject {
    Subject {
        remote: Some(remote(request).to_string()),
        ..Subject::default()
    }
}

/// The proof that a hub sent this request's head, or the problem. It signs the whole address, with the query.
async fn prove_head(state: &State, request: &HttpRequest) -> Result<ProvenHead, Problem> {
    let (method, uri) = (request.method().as_str(), request.uri());
    let target = uri
        .path_and_query()
        .map_or(uri.path(), |path_and_query| path_and_query.as_str());
    let proof = state.intake().prove_head(bearer(request), method, target).await;
    proof.map_err(|unproven| not_proven(state, request, unproven))
}

/// Notes why a hub was not believed and says so; the server's time is for a hub whose clock is wrong.
fn not_proven(state: &State, request: &HttpRequest, unproven: Unproven) -> Problem {
    let Unproven { error, mut subject } = unproven;
    if let ProofError::Unavailable(error) = &error {
        tracing::error!(%error, "the registry did not answer");
        return unavailable();
    }
    // A proven hub is one subject wherever it calls from.
    if subject.hub.is_none() || subject.claimed.is_some() {
        subject.remote = Some(remote(request).to_string());
    }
    state.intake().refusals().note(Refusal {
        subject: *subject,
        reason: error.reason(),
        detail: error.detail().map(str::to_owned),
    });
    let problem = match error {
        ProofError::Missing => no_token(),
        _ => Problem::new(
            error.reason(),
            StatusCode::UNAUTHORIZED,
            "The hub's token was not accepted",
        )
        .detail(error.to_string())
        .header(header::WWW_AUTHENTICATE, "Bearer"),
    };
    problem.member("server_time", server_time(state))
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
    .detail("nothing is acknowledged; send it again")
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

fn batch_too_large(count: usize) -> Problem {
    Problem::new(
        "batch-too-large",
        StatusCode::PAYLOAD_TOO_LARGE,
        "Too many readings in one batch",
    )
    .detail(format!("{count} were sent; send {LARGEST_BATCH} at most"))
}

/// 429 with the headers of draft-ietf-httpapi-ratelimit-headers-10: how many readings may come within how many seconds, and
/// that none are left until when.
fn too_many(refused: &TooMany) -> Problem {
    let TooMany {
        of,
        policy,
        burst,
        per_second,
        retry_after,
        rest_taken,
    } = refused;
    let stored = if *rest_taken {
        "the rest of the message was stored and is a duplicate then"
    } else {
        "nothing was stored"
    };
    let seconds = retry_after.as_millis().div_ceil(1_000).max(1);
    let window = burst.div_ceil(*per_second).max(1);
    Problem::new(
        "too-many-readings",
        StatusCode::TOO_MANY_REQUESTS,
        "Too many readings in a short time",
    )
    .detail(format!(
        "{of}: {per_second} a second are taken, and {burst} in a row; send it again in {seconds} s, {stored}"
    ))
    .header(header::RETRY_AFTER, &seconds.to_string())
    .header(RATE_LIMIT_POLICY, &format!("\"{policy}\";q={burst};w={window}"))
    .header(RATE_LIMIT, &format!("\"{policy}\";r=0;t={seconds}"))
}
