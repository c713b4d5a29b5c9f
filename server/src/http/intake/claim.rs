//! `POST /v1/hubs/claim`: a hub shows the code that a person typed into it and leaves its public key.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use serde_json::json;

use super::{Incoming, note, refuse_body, remote, server_time, stranger};
use crate::http::State;
use crate::http::problem::Problem;
use crate::registry::ClaimError;

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
        Problem::new(
            "malformed-json",
            StatusCode::UNPROCESSABLE_ENTITY,
            "The claim cannot be read",
        )
        .detail("code and public_key are needed")
    })?;
    let key = BASE64URL_NOPAD
        .decode(public_key.as_bytes())
        .ok()
        .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let key = key.ok_or_else(|| {
        Problem::new(
            "bad-public-key",
            StatusCode::UNPROCESSABLE_ENTITY,
            "The public key cannot be read",
        )
        .detail("32 bytes in base64url without padding are needed")
    })?;
    let claimed =
        crate::registry::system_claim(state.ground(), state.database(), &code, &key, version.as_deref())
            .await;
    let hub = claimed.map_err(|error| match error {
        ClaimError::UnknownCode => {
            note(state, stranger(request), "unknown-claim-code");
            Problem::new(
                "unknown-claim-code",
                StatusCode::NOT_FOUND,
                "The claim code is not valid",
            )
            .detail("codes live 10 minutes and work once; ask for a new one in the portal")
        }
        other => Problem::from(other),
    })?;
    Ok(HttpResponse::Created().json(json!({
        "hub_id": hub.id,
        "audience": state.intake().audience(),
        "fingerprint": hub.fingerprint,
        "state": "claimed",
        "server_time": server_time(state),
    })))
}
