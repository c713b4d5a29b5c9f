//! `POST /api/v1/hubs/{id}/return`.

use actix_web::{HttpResponse, post, web};

use crate::ground::ids::HubId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::hub_moves;

/// Return a hub
///
/// A customer gives it back, or its distributor or the platform takes it back, into stock. Its key is dropped, so nothing
/// that the box signs is believed any more; who gets it next claims it anew.
#[utoipa::path(post, path = "/hubs/{id}/return", tag = "hubs", security(("token" = [])), params(("id" = HubId, Path)),
    responses((status = 204), (status = 409, description = "No customer has it"), Refused))]
#[post("/hubs/{id}/return")]
pub(super) async fn give_back(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<HubId>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    in_scope!(caller, scope => hub_moves::give_back(state.ground(), state.database(), scope, id).await)?;
    Ok(HttpResponse::NoContent().finish())
}
