//! `GET /api/v1/devices/{id}/token`.

use actix_web::{get, web};
use chrono::{DateTime, Utc};
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
#[schema(as = DeviceTokenState)]
struct Out {
    /// When the token was issued that proves readings of the device's present holder; null where there is none, or only
    /// one of a former holder's, with which readings go to quarantine.
    #[schema(required)]
    issued_at: Option<DateTime<Utc>>,
}

/// See whether a device has a token
///
/// The token itself is shown only when it is made.
#[utoipa::path(get, path = "/devices/{id}/token", tag = "devices", security(("token" = [])),
    params(("id" = DeviceId, Path)), responses((status = 200, body = Out), Refused))]
#[get("/devices/{id}/token")]
pub(super) async fn see(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<DeviceId>,
) -> Result<web::Json<Out>, Problem> {
    let id = id.into_inner();
    let issued_at = in_scope!(caller, scope => tokens::issued_at(state.database(), scope, id).await)?;
    Ok(web::Json(Out { issued_at }))
}
