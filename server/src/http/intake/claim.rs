//! `POST /v1/hubs/claim`: a hub shows the code that a person typed into it and leaves its public key.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use serde_json::json;

use super::{Incoming, note, refuse_body, remote, server_time, stranger};
use crate::http::State;
use crate::http::problem::Problem;
use crate::intake::{Refusal, RefusalReason};
use crate::registry::ClaimError;
use crate::registry::claim::is_weak;

#[derive(Deserialize)]
struct In {
    code: String,
    public_key: String,
    #[serde(default)]
    version: Option<String>,
}

/// 201 with the hub's id; 404 for a code that is unknown, used or too old, without saying which.
pub(super) async fn post(
    state: web::Data<State>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let mut body = Incoming::new(&request, payload, state.intake().limits().single_bytes);
    match claim(&state, &request, &mut body).await {
        Ok(response) => response,
        Err(problem) => body.refuse(&problem),
    }
}

async fn claim(state: &State, request: &HttpRequest, body: &mut Incoming) -> Result<HttpResponse, Problem> {
    if let Err(seconds) = state.claim_throttle().check(remote(request)) {
        note(state, stranger(request), "too-many-claims");
        return Err(Problem::new(
            "too-many-claims",
            StatusCode::TOO_MANY_REQUESTS,
            "Too many attempts to claim a hub",
        )
        .header(actix_web::http::header::RETRY_AFTER, &seconds.to_string()));
    }
    body.rest(state.bodies())
        .await
        .map_err(|error| refuse_body(state, stranger(request), error))?;
    let In {
        code,
        public_key,
        version,
    } = serde_json::from_slice(body.bytes()).map_err(|_| {
        let problem = Problem::new(
            "malformed-json",
            StatusCode::UNPROCESSABLE_ENTITY,
            "The claim cannot be read",
        );
        refuse(
            state,
            request,
            ("malformed-json", None),
            problem.detail("code and public_key are needed"),
        )
    })?;
    let key = public_key_of(&public_key)
        .map_err(|why| refuse(state, request, ("bad-public-key", Some(why)), bad_public_key(why)))?;
    let claimed =
        crate::registry::system_claim(state.ground(), state.database(), &code, &key, version.as_deref())
            .await;
    let hub = claimed.map_err(|error| refuse(state, request, reason(&error), error.into()))?;
    Ok(HttpResponse::Created().json(json!({
        "hub_id": hub.id,
        "audience": state.intake().audience(),
        "fingerprint": hub.fingerprint,
        "state": "claimed",
        "server_time": server_time(state),
    })))
}

/// Notes that somebody unknown was refused, and over what.
fn refuse(
    state: &State,
    request: &HttpRequest,
    (reason, detail): (RefusalReason, Option<&'static str>),
    problem: Problem,
) -> Problem {
    state.intake().refusals().note(Refusal {
        subject: stranger(request),
        reason,
        detail: detail.map(str::to_owned),
    });
    problem
}

/// The word that ends the problem's type, and the field.
fn reason(error: &ClaimError) -> (RefusalReason, Option<&'static str>) {
    match error {
        ClaimError::UnknownCode => ("unknown-claim-code", None),
        ClaimError::BadVersion => ("invalid", Some("version")),
        ClaimError::Database(_) => ("unavailable", None),
    }
}

fn public_key_of(text: &str) -> Result<[u8; 32], &'static str> {
    let key: [u8; 32] = BASE64URL_NOPAD
        .decode(text.as_bytes())
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or("32 bytes in base64url without padding are needed")?;
    if is_weak(&key) {
        return Err("this key proves nothing: it is of small order or not canonically encoded");
    }
    Ok(key)
}

fn bad_public_key(why: &'static str) -> Problem {
    Problem::new(
        "bad-public-key",
        StatusCode::UNPROCESSABLE_ENTITY,
        "The public key cannot be taken",
    )
    .detail(why)
}
