//! `POST /api/v1/sites/{id}/devices` and `POST /api/v1/sites/{id}/hubs`.

use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::ground::ids::{DeviceId, HubId, SiteId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCustomer;
use crate::http::problem::Problem;
use crate::registry::sites;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SiteDevices)]
struct Devices {
    #[schema(max_items = 500)]
    devices: Vec<DeviceId>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SiteHub)]
struct Hub {
    hub_id: HubId,
}

/// Put devices at a site
///
/// All of them, or none. With a device go those whose place it took: their readings are one line.
#[utoipa::path(post, path = "/sites/{id}/devices", tag = "organisations", security(("token" = [])),
    request_body = Devices, params(("id" = SiteId, Path)), responses((status = 204),
        (status = 409, description = "The site is archived"), Refused))]
#[post("/sites/{id}/devices")]
pub(super) async fn devices(
    state: web::Data<State>,
    caller: ApiCustomer,
    id: web::Path<SiteId>,
    body: web::Json<Devices>,
) -> Result<HttpResponse, Problem> {
    let (ground, database) = (state.ground(), state.database());
    sites::put_devices(ground, database, &caller.scope, &body.devices, Some(*id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Put a hub at a site
#[utoipa::path(post, path = "/sites/{id}/hubs", tag = "organisations", security(("token" = [])), request_body = Hub,
    params(("id" = SiteId, Path)), responses((status = 204),
        (status = 409, description = "The site is archived"), Refused))]
#[post("/sites/{id}/hubs")]
pub(super) async fn hubs(
    state: web::Data<State>,
    caller: ApiCustomer,
    id: web::Path<SiteId>,
    body: web::Json<Hub>,
) -> Result<HttpResponse, Problem> {
    sites::put_hub(state.database(), &caller.scope, body.hub_id, Some(*id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
