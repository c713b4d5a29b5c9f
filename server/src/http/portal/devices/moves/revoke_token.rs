//! `POST /devices/{id}/revoke-token`: its tokens stop working.

use actix_web::{HttpResponse, web};

use super::end;
use crate::ground::ids::DeviceId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::registry::tokens;

/// From the next reading on.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<DeviceId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let (ground, database, id) = (state.ground(), state.database(), *id);
    let revoked = in_scope!(visitor.caller(), scope => tokens::revoke(ground, database, scope, id).await);
    let done = revoked.map(|()| "token-revoked").map_err(Refused::from);
    end(&state, &visitor, id, ("revoke-token", &sent), done).await
}
