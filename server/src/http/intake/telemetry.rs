//! `POST /v1/telemetry`: one reading by a device with a token of its own.

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::{bearer, body, commit_problem, no_token, remote, unavailable};
use crate::http::State;
use crate::http::problem::Problem;
use crate::intake::{Refusal, SingleError, SingleOutcome, Subject};

/// 202 when it is durable, 200 when it was before, else a problem.
pub(super) async fn post(
    state: web::Data<State>,
    request: HttpRequest,
    payload: Result<web::Bytes, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    let payload = body(&state, &request, payload)?;
    let Some(token) = bearer(&request) else {
        let subject = Subject {
            remote: remote(&request),
            ..Subject::default()
        };
        state.intake().refusals().note(Refusal {
            subject,
            reason: "missing-token",
            detail: None,
        });
        return Err(no_token());
    };
    let address = remote(&request);
    match state.intake().single(token, &payload, address.as_deref()).await {
        Ok(SingleOutcome::Accepted(id)) => Ok(answer(
            StatusCode::ACCEPTED,
            &format!(r#"{{"id":"{id}","status":"accepted"}}"#),
        )),
        Ok(SingleOutcome::Duplicate(id)) => Ok(answer(
            StatusCode::OK,
            &format!(r#"{{"id":"{id}","status":"duplicate"}}"#),
        )),
        Ok(SingleOutcome::Quarantined(reason)) => Ok(answer(
            StatusCode::ACCEPTED,
            &format!(r#"{{"status":"quarantined","reason":"{reason}"}}"#),
        )),
        Err(error) => Err(problem(&error)),
    }
}

fn answer(status: StatusCode, json: &str) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .body(json.to_owned())
}

fn problem(error: &SingleError) -> Problem {
    let slug = error.reason();
    match error {
        SingleError::UnknownToken => Problem::new(slug, StatusCode::UNAUTHORIZED, "The token is not known")
            .detail("issue a new one for this device and replace it")
            .header(header::WWW_AUTHENTICATE, "Bearer"),
        SingleError::OtherDevice => {
            Problem::new(slug, StatusCode::FORBIDDEN, "The token belongs to another device")
        }
        SingleError::Inactive => Problem::new(slug, StatusCode::FORBIDDEN, "The device is not active")
            .detail("activate it in the portal before it sends"),
        SingleError::Decode(decode) => {
            Problem::new(slug, StatusCode::UNPROCESSABLE_ENTITY, "This is not a reading")
                .detail(decode.to_string())
                .member("pointer", decode.pointer())
        }
        SingleError::Implausible(implausible) => Problem::new(
            slug,
            StatusCode::UNPROCESSABLE_ENTITY,
            "The values are not physically possible",
        )
        .detail(implausible.to_string()),
        SingleError::Unstorable => Problem::new(
            slug,
            StatusCode::INTERNAL_SERVER_ERROR,
            "The reading could not be stored",
        ),
        SingleError::Commit(error) => commit_problem(error),
        SingleError::Unavailable(error) => {
            tracing::error!(%error, "the database did not answer the intake");
            unavailable()
        }
    }
}
