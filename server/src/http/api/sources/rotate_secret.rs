//! `POST /api/v1/sources/{id}/rotate-secret`.

use actix_web::{HttpResponse, post, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::ground::ids::SourceId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::sources;

#[derive(Serialize, ToSchema)]
#[schema(as = SourceSecret)]
struct Out {
    /// Shown this once.
    #[schema(example = "vws_…")]
    secret: String,
}

/// Make a new secret for a source
///
/// The one before works on for seven days, so that the vendor's cloud can be changed in peace; the one before that stops
/// at once.
#[utoipa::path(post, path = "/sources/{id}/rotate-secret", tag = "sources", security(("token" = [])),
    params(("id" = SourceId, Path)), responses((status = 201, body = Out), Refused))]
#[post("/sources/{id}/rotate-secret")]
pub(super) async fn rotate(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<SourceId>,
) -> Result<HttpResponse, Problem> {
    let secret = in_scope!(caller, scope => {
        sources::rotate(state.ground(), state.database(), scope, *id).await
    })?;
    Ok(HttpResponse::Created().json(Out {
        secret: secret.expose().to_owned(),
    }))
}
