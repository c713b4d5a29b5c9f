//! `POST /api/v1/invitations/{id}/send-again`.

use actix_web::{HttpResponse, post, web};

use crate::ground::ids::InvitationId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;

/// Send an invitation again
///
/// With another link, for another seven days. The link before it works no longer.
#[utoipa::path(post, path = "/invitations/{id}/send-again", tag = "organisations", security(("token" = [])),
    params(("id" = InvitationId, Path)),
    responses((status = 204), (status = 429, description = "Too many invitations"), Refused))]
#[post("/invitations/{id}/send-again")]
pub(super) async fn send_again(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<InvitationId>,
) -> Result<HttpResponse, Problem> {
    let (id, identity) = (id.into_inner(), state.identity());
    in_scope!(caller, scope => identity.send_invitation_again(&caller, scope, id).await)?;
    Ok(HttpResponse::NoContent().finish())
}
