//! `PATCH /api/v1/devices/{id}/reference`.

use actix_web::{patch, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Out;
use crate::ground::ids::DeviceId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::{Change, Typed as _, configure, devices};
use crate::tenancy::Scope as _;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReferenceIn)]
struct In {
    /// Null takes it away.
    #[schema(required, max_length = 200)]
    reference: Option<String>,
}

/// Say what you call a device
///
/// A distributor's own word for a device of its portfolio, or a customer's for one that it holds: two words, of which each
/// changes its own, and neither sees the other's.
#[utoipa::path(patch, path = "/devices/{id}/reference", tag = "devices", security(("token" = [])), request_body = In,
    params(("id" = DeviceId, Path)), responses((status = 200, body = Out), Refused))]
#[patch("/devices/{id}/reference")]
pub(super) async fn call(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<DeviceId>,
    body: web::Json<In>,
) -> Result<web::Json<Out>, Problem> {
    let In { reference } = body.into_inner();
    let reference = crate::registry::Reference::maybe("reference", reference.as_deref())?
        .map_or(Change::Clear, Change::Set);
    let id = id.into_inner();
    let device = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| {
            configure::call(tx, scope, state.ground(), id, &reference).await?;
            devices::get(tx, id).await
        })
        .await
    })?;
    Ok(web::Json(device.into()))
}
