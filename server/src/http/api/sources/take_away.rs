//! `DELETE /api/v1/sources/{id}/devices/{device}`.

use actix_web::{HttpResponse, delete, web};

use crate::ground::ids::{DeviceId, SourceId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::sources;

/// Take a device away from a source
///
/// What the vendor says of it from now on waits in quarantine.
#[utoipa::path(delete, path = "/sources/{id}/devices/{device}", tag = "sources", security(("token" = [])),
    params(("id" = SourceId, Path), ("device" = DeviceId, Path)), responses((status = 204), Refused))]
#[delete("/sources/{id}/devices/{device}")]
pub(super) async fn take(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    path: web::Path<(SourceId, DeviceId)>,
) -> Result<HttpResponse, Problem> {
    let which = path.into_inner();
    in_scope!(caller, scope => sources::take_away(state.ground(), state.database(), scope, which).await)?;
    Ok(HttpResponse::NoContent().finish())
}
