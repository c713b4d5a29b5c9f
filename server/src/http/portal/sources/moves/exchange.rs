//! `POST /sources/{id}/secret`: another secret, shown once.

use actix_web::{HttpResponse, web};

use crate::ground::ids::SourceId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::once;
use crate::http::portal::sent::Sent;
use crate::http::portal::sources::show;
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::registry::sources;

/// The secret is on the page that comes next, once, and nowhere else. The one before works on for a while.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<SourceId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let (ground, database, id) = (state.ground(), state.database(), *id);
    let made = in_scope!(visitor.caller(), scope => sources::rotate(ground, database, scope, id).await);
    match made {
        Ok(secret) => Ok(once::lead(
            &state,
            &visitor,
            &format!("/sources/{id}"),
            secret.expose(),
        )),
        Err(error) => show::refused(&state, &visitor, id, ("secret", &sent), error.into()).await,
    }
}
