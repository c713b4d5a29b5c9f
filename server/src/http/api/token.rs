//! `POST /api/v1/token`: an access token in exchange for a password.

use actix_web::{HttpRequest, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::openapi::Refused;
use crate::http::State;
use crate::http::auth::remote;
use crate::http::problem::Problem;
use crate::identity::Password;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TokenIn)]
struct In {
    /// The address that signs in.
    email: String,
    #[schema(format = Password)]
    password: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = TokenOut)]
struct Out {
    /// Send it as `Authorization: Bearer …`.
    access_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// Seconds until it is over.
    expires_in: i64,
}

/// Ask for an access token
///
/// Throttled per account and per place: 429 with `Retry-After`.
#[utoipa::path(post, path = "/token", tag = "access", request_body = In, responses((status = 200, body = Out), (status = 429, description = "Too many attempts"), Refused))]
#[post("/token")]
pub(super) async fn create(
    state: web::Data<State>,
    request: HttpRequest,
    body: web::Json<In>,
) -> Result<web::Json<Out>, Problem> {
    let In { email, password } = body.into_inner();
    let token = state
        .identity()
        .api_token(&email, Password::typed(password), remote(&request))
        .await?;
    let expires_in = token.lives.num_seconds();
    Ok(web::Json(Out {
        access_token: token.jwt,
        token_type: "Bearer",
        expires_in,
    }))
}
