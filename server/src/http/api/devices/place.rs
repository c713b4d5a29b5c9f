//! `POST /api/v1/devices/{id}/place`.

use actix_web::{post, web};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Out;
use crate::ground::enums::DeviceState;
use crate::ground::ids::{CustomerId, DeviceId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::devices;
use crate::registry::moves::{self, Placement};
use crate::tenancy::Scope as _;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DevicePlacement)]
struct In {
    /// To whom.
    customer_id: CustomerId,
    /// `active` or `inactive`; active from stock, where nothing is given.
    state: Option<DeviceState>,
    /// From when on, now or earlier; now, where nothing is given.
    from: Option<DateTime<Utc>>,
}

/// Place a device with a customer
///
/// A distributor places from its own stock with its own customers, an administrator from any stock, and from one customer to
/// another. Readings belong to whoever held the device when it measured.
#[utoipa::path(post, path = "/devices/{id}/place", tag = "devices", security(("token" = [])), request_body = In,
    params(("id" = DeviceId, Path)),
    responses((status = 200, body = Out), (status = 409, description = "It is not in stock"), Refused))]
#[post("/devices/{id}/place")]
pub(super) async fn place(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<DeviceId>,
    body: web::Json<In>,
) -> Result<web::Json<Out>, Problem> {
    let In {
        customer_id,
        state: wanted,
        from,
    } = body.into_inner();
    let id = id.into_inner();
    let to = Placement {
        customer: customer_id,
        state: wanted,
        from,
    };
    let device = in_scope!(caller, scope => {
        moves::place(state.ground(), state.database(), scope, id, to).await?;
        scope.run(state.database(), async |tx| devices::get(tx, id).await).await
    })?;
    Ok(web::Json(device.into()))
}
