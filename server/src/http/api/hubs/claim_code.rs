//! `POST /api/v1/hubs/{id}/claim-code`.

use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::ground::ids::HubId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::claim;

#[derive(Serialize, ToSchema)]
#[schema(as = ClaimCode)]
struct Out {
    /// Shown this once; typed into the hub.
    #[schema(example = "7F3K-92MX-QT4A")]
    code: String,
    expires_at: DateTime<Utc>,
}

/// Make a claim code for a hub
///
/// It works once and for ten minutes; earlier codes stop working.
#[utoipa::path(post, path = "/hubs/{id}/claim-code", tag = "hubs", security(("token" = [])),
    params(("id" = HubId, Path)), responses((status = 201, body = Out), Refused))]
#[post("/hubs/{id}/claim-code")]
pub(super) async fn create(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<HubId>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let expires_at = state.ground().now() + claim::CODE_LIVES;
    let code =
        in_scope!(caller, scope => claim::new_code(state.ground(), state.database(), scope, id).await)?;
    Ok(HttpResponse::Created().json(Out {
        code: code.expose(),
        expires_at,
    }))
}
