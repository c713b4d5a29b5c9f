//! `PATCH /api/v1/users/{id}`.

use actix_web::{HttpResponse, patch, web};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::ground::enums::UserState;
use crate::ground::ids::UserId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UserPatch)]
struct Patch {
    state: UserState,
}

/// Disable a user, or enable them again
///
/// Sessions and access tokens of a disabled user stop at once.
#[utoipa::path(patch, path = "/users/{id}", tag = "organisations", security(("token" = [])), request_body = Patch,
    params(("id" = UserId, Path)), responses((status = 204), Refused))]
#[patch("/users/{id}")]
pub(super) async fn change(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<UserId>,
    body: web::Json<Patch>,
) -> Result<HttpResponse, Problem> {
    let Patch { state: wanted } = body.into_inner();
    let id = id.into_inner();
    in_scope!(caller, scope => state.identity().set_user_state(&caller, scope, id, wanted).await)?;
    Ok(HttpResponse::NoContent().finish())
}
