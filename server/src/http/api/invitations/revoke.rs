//! `DELETE /api/v1/invitations/{id}`.

use actix_web::{HttpResponse, delete, web};

use crate::ground::ids::InvitationId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;

/// Take an invitation back
///
/// Its link works no longer.
#[utoipa::path(delete, path = "/invitations/{id}", tag = "organisations", security(("token" = [])),
    params(("id" = InvitationId, Path)), responses((status = 204), Refused))]
#[delete("/invitations/{id}")]
pub(super) async fn revoke(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<InvitationId>,
) -> Result<HttpResponse, Problem> {
    let (id, identity) = (id.into_inner(), state.identity());
    in_scope!(caller, scope => identity.revoke_invitation(&caller, scope, id).await)?;
    Ok(HttpResponse::NoContent().finish())
}
