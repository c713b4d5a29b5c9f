//! `DELETE /api/v1/care-teams/{id}`.

use actix_web::{HttpResponse, delete, web};

use crate::ground::ids::CareTeamId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCustomer;
use crate::http::problem::Problem;
use crate::registry::sites;

/// Dissolve a care team
///
/// Its people see no more by it, from their next request on.
#[utoipa::path(delete, path = "/care-teams/{id}", tag = "organisations", security(("token" = [])),
    params(("id" = CareTeamId, Path)), responses((status = 204), Refused))]
#[delete("/care-teams/{id}")]
pub(super) async fn remove(
    state: web::Data<State>,
    caller: ApiCustomer,
    id: web::Path<CareTeamId>,
) -> Result<HttpResponse, Problem> {
    sites::remove_team(state.identity(), state.database(), &caller.scope, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
