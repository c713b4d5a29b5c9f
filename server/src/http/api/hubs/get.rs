//! `GET /api/v1/hubs/{id}`.

use actix_web::{get, web};

use super::Out;
use crate::ground::ids::HubId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::hubs;
use crate::tenancy::Scope as _;

/// Look at a hub
#[utoipa::path(get, path = "/hubs/{id}", tag = "hubs", security(("token" = [])), params(("id" = HubId, Path)),
    responses((status = 200, body = Out), Refused))]
#[get("/hubs/{id}")]
pub(super) async fn get(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<HubId>,
) -> Result<web::Json<Out>, Problem> {
    let id = id.into_inner();
    let hub = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| hubs::get(tx, id).await).await
    })?;
    Ok(web::Json(hub.into()))
}
