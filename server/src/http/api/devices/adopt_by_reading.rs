//! `POST /api/v1/devices/adopt/reading`: ask for one, then show that it came.

use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vitals::{DeviceKey, Maker, Serial};

use super::Out;
use super::adopt::{may_try, too_many};
use crate::ground::ids::DeviceModelId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::CallerScope;
use crate::registry::{adoption, devices};
use crate::tenancy::Scope as _;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReadingRequest)]
struct AskIn {
    #[schema(value_type = String, max_length = 64)]
    maker: Maker,
    #[schema(value_type = String, max_length = 64)]
    serial: Serial,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ReadingRequested)]
struct AskOut {
    /// To be shown once a reading was taken.
    ticket: String,
    /// Until when.
    expires_at: DateTime<Utc>,
}

/// Ask to add a device by a reading
///
/// Take a reading with the device near an active hub of your own within 15 minutes, then show the ticket.
#[utoipa::path(post, path = "/devices/adopt/ask", tag = "devices", security(("token" = [])), request_body = AskIn,
    responses((status = 201, body = AskOut), (status = 429, description = "Too many attempts"), Refused))]
#[post("/devices/adopt/ask")]
pub(super) async fn ask(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    body: web::Json<AskIn>,
) -> Result<HttpResponse, Problem> {
    let CallerScope::Customer(scope) = &caller.scope else {
        return Err(Problem::forbidden("readings are taken at customers"));
    };
    let AskIn { maker, serial } = body.into_inner();
    state
        .may_ask_for_reading(scope.id().as_uuid())
        .map_err(too_many)?;
    let expires_at = state.ground().now() + adoption::TICKET_LIVES;
    let ticket = adoption::ask_for_reading(state.ground(), scope, &DeviceKey { maker, serial })?;
    Ok(HttpResponse::Created().json(AskOut { ticket, expires_at }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeviceAdoptionByReading)]
struct In {
    #[schema(value_type = String, max_length = 64)]
    maker: Maker,
    #[schema(value_type = String, max_length = 64)]
    serial: Serial,
    model_id: DeviceModelId,
    /// From the request.
    ticket: String,
}

/// Add a device of which a reading was taken on request
///
/// For a device that the platform does not know. It is the customer's since it was asked for. What does not fit is one answer.
#[utoipa::path(post, path = "/devices/adopt/reading", tag = "devices", security(("token" = [])), request_body = In,
    responses((status = 201, body = Out), (status = 429, description = "Too many attempts"), Refused))]
#[post("/devices/adopt/reading")]
pub(super) async fn adopt(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    body: web::Json<In>,
) -> Result<HttpResponse, Problem> {
    let CallerScope::Customer(scope) = &caller.scope else {
        return Err(Problem::forbidden("readings are taken at customers"));
    };
    let In {
        maker,
        serial,
        model_id,
        ticket,
    } = body.into_inner();
    may_try(&state, &caller)?;
    let key = DeviceKey { maker, serial };
    let id =
        adoption::adopt_by_reading(state.ground(), state.database(), scope, &key, model_id, &ticket).await?;
    let seen = async |tx: &_| devices::get(tx, id).await;
    let device = scope.run(state.database(), seen).await?;
    Ok(HttpResponse::Created().json(Out::from(device)))
}
