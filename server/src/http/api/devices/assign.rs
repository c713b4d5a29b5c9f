//! `POST /api/v1/devices/{id}/assignments`.

use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Out;
use crate::ground::ids::{CustomerId, DeviceId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiAdmin;
use crate::http::problem::Problem;
use crate::registry::{devices, moves};
use crate::tenancy::Scope as _;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AssignmentIn)]
struct In {
    /// Who holds it from now on.
    customer_id: CustomerId,
    /// From when on, now or earlier; now, where nothing is given.
    from: Option<DateTime<Utc>>,
}

/// Give a device to a customer
///
/// Readings belong to whoever held the device when it measured; those of before stay where they are.
#[utoipa::path(post, path = "/devices/{id}/assignments", tag = "devices", security(("token" = [])), request_body = In,
    params(("id" = DeviceId, Path)), responses((status = 201, body = Out), Refused))]
#[post("/devices/{id}/assignments")]
pub(super) async fn assign(
    state: web::Data<State>,
    admin: ApiAdmin,
    id: web::Path<DeviceId>,
    body: web::Json<In>,
) -> Result<HttpResponse, Problem> {
    let In { customer_id, from } = body.into_inner();
    let id = id.into_inner();
    moves::assign(
        state.ground(),
        state.database(),
        &admin.scope,
        id,
        customer_id,
        from,
    )
    .await?;
    let seen = async |tx: &_| devices::get(tx, id).await;
    let device = admin.scope.run(state.database(), seen).await?;
    Ok(HttpResponse::Created().json(Out::from(device)))
}
