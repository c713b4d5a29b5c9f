//! `POST /api/v1/devices/{id}/replace`.

use actix_web::{post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Out;
use crate::ground::ids::DeviceId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::{devices, moves};
use crate::tenancy::Scope as _;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeviceReplacement)]
struct In {
    /// The device that takes its place: from the caller's stock, or an inactive one of the same customer.
    with_device_id: DeviceId,
    /// Why, in a person's words.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// Replace a device by another
///
/// The other one goes on with the line of readings, and the customer's own word goes along. Answered with the other device.
#[utoipa::path(post, path = "/devices/{id}/replace", tag = "devices", security(("token" = [])), request_body = In,
    params(("id" = DeviceId, Path)),
    responses((status = 200, body = Out), (status = 409, description = "It cannot take its place"), Refused))]
#[post("/devices/{id}/replace")]
pub(super) async fn replace(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<DeviceId>,
    body: web::Json<In>,
) -> Result<web::Json<Out>, Problem> {
    let In {
        with_device_id: new,
        reason,
    } = body.into_inner();
    let old = id.into_inner();
    let device = in_scope!(caller, scope => {
        moves::replace(state.ground(), state.database(), scope, old, new, &reason).await?;
        scope.run(state.database(), async |tx| devices::get(tx, new).await).await
    })?;
    Ok(web::Json(device.into()))
}
