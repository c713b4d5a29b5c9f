//! `POST /api/v1/devices/adopt`.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use vitals::{DeviceKey, Maker, Serial};

use super::Out;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::{Caller, CallerScope, in_scope};
use crate::registry::{adoption, devices};
use crate::tenancy::Scope as _;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeviceAdoption)]
struct In {
    #[schema(value_type = String, max_length = 64)]
    maker: Maker,
    #[schema(value_type = String, max_length = 64)]
    serial: Serial,
    /// The code on its label.
    #[schema(example = "7F3K9-2MXQT")]
    code: String,
}

/// Adopt a device with the code on its label
///
/// A customer takes it over from the stock of its distributor, or from the platform's inventory where it has none; a
/// distributor from the inventory. Whether the device exists, who has it and whether the code was right are one answer.
#[utoipa::path(post, path = "/devices/adopt", tag = "devices", security(("token" = [])), request_body = In,
    responses((status = 201, body = Out), (status = 429, description = "Too many attempts"), Refused))]
#[post("/devices/adopt")]
pub(super) async fn adopt(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    body: web::Json<In>,
) -> Result<HttpResponse, Problem> {
    let In { maker, serial, code } = body.into_inner();
    let key = DeviceKey { maker, serial };
    may_try(&state, &caller)?;
    let device = in_scope!(caller, scope => {
        let id = adoption::adopt(state.ground(), state.database(), scope, &key, &code).await?;
        scope.run(state.database(), async |tx| devices::get(tx, id).await).await
    })?;
    Ok(HttpResponse::Created().json(Out::from(device)))
}

/// Refuses an organisation that tries too often.
pub(super) fn may_try(state: &State, caller: &Caller) -> Result<(), Problem> {
    let organisation = match &caller.scope {
        CallerScope::Distributor(scope) => scope.id().as_uuid(),
        CallerScope::Customer(scope) => scope.id().as_uuid(),
        CallerScope::Admin(_) | CallerScope::Finance(_) => Uuid::nil(),
    };
    state.may_adopt(organisation).map_err(too_many)
}

/// When the next attempt has a chance.
pub(super) fn too_many(seconds: u64) -> Problem {
    Problem::new(
        "too-many-adoptions",
        StatusCode::TOO_MANY_REQUESTS,
        "Too many attempts to adopt a device",
    )
    .header(header::RETRY_AFTER, &seconds.to_string())
}
