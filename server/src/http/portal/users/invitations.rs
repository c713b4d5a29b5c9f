//! `POST /invitations/{id}/send-again` and `…/revoke`.

use actix_web::{HttpResponse, web};

use super::Token;
use crate::ground::ids::InvitationId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::local::see;
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;

/// Another mail with another link.
pub(super) async fn send_again(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<InvitationId>,
    form: web::Form<Token>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, &form.csrf)?;
    let (identity, caller) = (state.identity(), visitor.caller());
    in_scope!(caller, scope => identity.send_invitation_again(caller, scope, *id).await)?;
    Ok(see("/users?said=sent-again"))
}

/// Takes it back.
pub(super) async fn revoke(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<InvitationId>,
    form: web::Form<Token>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, &form.csrf)?;
    let (identity, caller) = (state.identity(), visitor.caller());
    in_scope!(caller, scope => identity.revoke_invitation(caller, scope, *id).await)?;
    Ok(see("/users?said=taken-back"))
}
