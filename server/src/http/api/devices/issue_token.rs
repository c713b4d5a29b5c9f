//! `POST /api/v1/devices/{id}/token`.

use actix_web::{HttpResponse, post, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::ground::ids::DeviceId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::tokens;

#[derive(Serialize, ToSchema)]
#[schema(as = DeviceTokenOut)]
struct Out {
    /// Shown this once; the device sends it as `Authorization: Bearer …`.
    token: String,
}

/// Make a token for a device
///
/// The token it had before stops working at once.
#[utoipa::path(post, path = "/devices/{id}/token", tag = "devices", security(("token" = [])),
    params(("id" = DeviceId, Path)), responses((status = 201, body = Out), Refused))]
#[post("/devices/{id}/token")]
pub(super) async fn issue(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<DeviceId>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let token = in_scope!(caller, scope => tokens::issue(state.ground(), state.database(), scope, id).await)?;
    Ok(HttpResponse::Created().json(Out {
        token: token.expose().to_owned(),
    }))
}
