//! `GET /api/v1/hubs/{id}/logs/{log}`.

use actix_web::{HttpResponse, get, web};

use crate::ground::ids::{HubId, HubLogId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::fleet;

/// Read a log that a hub sent
#[utoipa::path(get, path = "/hubs/{id}/logs/{log}", tag = "hubs", security(("token" = [])),
    params(("id" = HubId, Path), ("log" = HubLogId, Path)),
    responses((status = 200, body = String, content_type = "text/plain"), Refused))]
#[get("/hubs/{id}/logs/{log}")]
pub(super) async fn read(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    path: web::Path<(HubId, HubLogId)>,
) -> Result<HttpResponse, Problem> {
    let (hub, log) = path.into_inner();
    let text =
        in_scope!(caller, scope => fleet::log(state.ground(), state.database(), scope, hub, log).await)?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body(text.expose()))
}
