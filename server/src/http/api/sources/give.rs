//! `POST /api/v1/sources/{id}/devices`.

use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::called;
use crate::ground::ids::{DeviceId, SourceId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::sources;
use crate::tenancy::Scope as _;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SourceDeviceIn)]
struct In {
    device_id: DeviceId,
    /// What the vendor calls it: its IMEI, its serial number, or its id there.
    #[schema(max_length = 64)]
    named: String,
}

/// Let a source speak for a device
///
/// A customer's source speaks for devices that the customer holds. What waits of that name is taken in within seconds.
#[utoipa::path(post, path = "/sources/{id}/devices", tag = "sources", security(("token" = [])), request_body = In,
    params(("id" = SourceId, Path)), responses((status = 204),
        (status = 409, description = "The source knows another device by this name, or may not speak for this one"), Refused))]
#[post("/sources/{id}/devices")]
pub(super) async fn give(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<SourceId>,
    body: web::Json<In>,
) -> Result<HttpResponse, Problem> {
    let In { device_id, named } = body.into_inner();
    let (ground, database) = (state.ground(), state.database());
    in_scope!(caller, scope => {
        let source = scope.run(database, async |tx| sources::get(tx, scope, *id).await).await?;
        let named = called(source.vendor, &named)?;
        sources::give(ground, database, scope, (*id, device_id), &named).await
    })?;
    Ok(HttpResponse::NoContent().finish())
}
