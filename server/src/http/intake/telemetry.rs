//! `POST /v1/telemetry`: one reading by a device with a token of its own.

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::{
    Incoming, bearer, commit_problem, no_token, note, refuse_body, remote, stranger, too_many, unavailable,
};
use crate::http::State;
use crate::http::problem::Problem;
use crate::intake::{SingleError, SingleOutcome, Subject};

/// 202 when it is durable, 200 when it was before, else a problem.
pub(super) async fn post(
    state: web::Data<State>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let mut body = Incoming::new(&request, payload, state.intake().limits().single_bytes);
    match take(&state, &request, &mut body).await {
        Ok(response) => response,
        Err(problem) => body.refuse(&problem),
    }
}

async fn take(state: &State, request: &HttpRequest, body: &mut Incoming) -> Result<HttpResponse, Problem> {
    let Some(token) = bearer(request) else {
        note(state, stranger(request), "missing-token");
        return Err(no_token());
    };
    let arrived = body.arrived().await;
    if !matches!(arrived, Ok(true)) {
        // Nobody waits for a body whose sender is not known.
        let subject = device_of(state, request, token).await?;
        let read = match arrived {
            Ok(_) => body.rest(state.bodies()).await,
            Err(error) => Err(error),
        };
        read.map_err(|error| refuse_body(state, subject, error))?;
    }
    match state.intake().single(token, body.bytes(), remote(request)).await {
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

/// The device that the token belongs to, for the log of refusals.
async fn device_of(state: &State, request: &HttpRequest, token: &str) -> Result<Subject, Problem> {
    let known = state.intake().device_of(token).await;
    let known = known.map_err(|error| problem(&SingleError::Unavailable(error)))?;
    let Some(device) = known else {
        let error = SingleError::UnknownToken;
        note(state, stranger(request), error.reason());
        return Err(problem(&error));
    };
    Ok(Subject {
        device: Some(device.device),
        customer: device.customer,
        distributor: device.distributor,
        ..Subject::default()
    })
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
            .detail(
                "who manages an inactive device can take it in again: PATCH /api/v1/devices/{id} with \
                 {\"state\":\"active\"}; one that was replaced, returned or retired sends nothing any more",
            ),
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
        SingleError::TooMany(refused) => too_many(refused),
        SingleError::Commit(error) => commit_problem(error),
        SingleError::Unavailable(error) => {
            tracing::error!(%error, "the database did not answer the intake");
            unavailable()
        }
    }
}
