//! `POST /api/v1/quarantine/dismiss`.

use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::ground::ids::QuarantineId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiAdmin;
use crate::http::problem::Problem;
use crate::registry::quarantine;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = QuarantineDismissal)]
struct In {
    /// Which ones, 1 to 200 of them.
    #[schema(min_items = 1, max_items = 200)]
    items: Vec<QuarantineId>,
    /// Why; it is kept with them. No patient's name.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// Dismiss what waits in quarantine, with a reason
///
/// All of them, or none. They are kept, with who dismissed them, when and why; sent again they change nothing.
#[utoipa::path(post, path = "/quarantine/dismiss", tag = "support", security(("token" = [])), request_body = In,
    responses((status = 204), (status = 409, description = "One of them does not wait any more"), Refused))]
#[post("/quarantine/dismiss")]
pub(super) async fn dismiss(
    state: web::Data<State>,
    admin: ApiAdmin,
    body: web::Json<In>,
) -> Result<HttpResponse, Problem> {
    let In { items, reason } = body.into_inner();
    let by = (&admin.scope, admin.person.name.as_str());
    quarantine::dismiss(state.ground(), state.database(), by, &items, &reason).await?;
    Ok(HttpResponse::NoContent().finish())
}
