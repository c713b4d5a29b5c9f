//! `POST /devices/{id}/token`: a device's own token, shown once.

use actix_web::{HttpResponse, web};

use crate::ground::ids::DeviceId;
use crate::http::State;
use crate::http::portal::devices::about;
use crate::http::portal::error::PageError;
use crate::http::portal::once;
use crate::http::portal::sent::Sent;
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::registry::tokens;

/// The token is on the page that comes next, once, and nowhere else.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<DeviceId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let (ground, database, id) = (state.ground(), state.database(), *id);
    let issued = in_scope!(visitor.caller(), scope => tokens::issue(ground, database, scope, id).await);
    match issued {
        Ok(token) => Ok(once::lead(
            &state,
            &visitor,
            &format!("/devices/{id}/about"),
            token.expose(),
        )),
        Err(error) => about::refused(&state, &visitor, id, ("token", &sent), error.into()).await,
    }
}
