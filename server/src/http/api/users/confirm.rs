//! `POST /api/v1/me/confirmation` and `POST /api/v1/users/{id}/confirm`.

use actix_web::{HttpResponse, post, web};

use crate::ground::ids::UserId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;

/// Ask the platform to make sure of you
///
/// For somebody who manages a customer's people and sees no readings, while nobody there does both. With that you say that
/// you belong to the customer. Its contacts are told.
#[utoipa::path(post, path = "/me/confirmation", tag = "organisations", security(("token" = [])),
    responses((status = 204), Refused))]
#[post("/me/confirmation")]
pub(super) async fn ask(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
) -> Result<HttpResponse, Problem> {
    state.identity().ask_to_be_confirmed(&caller).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Confirm a customer's person who asked
///
/// They see readings from then on, manage the endpoint, and decide who else does. It takes another administrator than one
/// who made an account of the customer. The customer's contacts are told.
#[utoipa::path(post, path = "/users/{id}/confirm", tag = "organisations", security(("token" = [])),
    params(("id" = UserId, Path)), responses((status = 204), Refused))]
#[post("/users/{id}/confirm")]
pub(super) async fn confirm(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<UserId>,
) -> Result<HttpResponse, Problem> {
    state.identity().confirm(&caller, id.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}
