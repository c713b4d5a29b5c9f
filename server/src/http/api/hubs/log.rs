//! `GET /api/v1/hubs/{id}/logs/{log}`.

use actix_web::{HttpResponse, get, web};

use crate::ground::ids::{HubId, HubLogId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCustomer;
use crate::http::problem::Problem;
use crate::registry::fleet;

/// Read a log that a hub sent
///
/// For the customer's own people who see readings: a log may tell of patients.
#[utoipa::path(get, path = "/hubs/{id}/logs/{log}", tag = "hubs", security(("token" = [])),
    params(("id" = HubId, Path), ("log" = HubLogId, Path)),
    responses((status = 200, body = String, content_type = "text/plain"), Refused))]
#[get("/hubs/{id}/logs/{log}")]
pub(super) async fn read(
    state: web::Data<State>,
    customer: ApiCustomer,
    path: web::Path<(HubId, HubLogId)>,
) -> Result<HttpResponse, Problem> {
    let (hub, log) = path.into_inner();
    let text = fleet::log(state.ground(), state.database(), &customer.scope, hub, log).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body(text.expose()))
}
