//! `POST /hubs/{id}/claim-code`: a code with which a hub claims itself.

use actix_web::{HttpResponse, web};

use crate::ground::ids::HubId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::hubs::show;
use crate::http::portal::once;
use crate::http::portal::sent::Sent;
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::registry::claim;

/// The code is on the page that comes next, once, and nowhere else.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<HubId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let (ground, database, id) = (state.ground(), state.database(), *id);
    let made = in_scope!(visitor.caller(), scope => claim::new_code(ground, database, scope, id).await);
    match made {
        Ok(code) => Ok(once::lead(
            &state,
            &visitor,
            &format!("/hubs/{id}"),
            &code.expose(),
        )),
        Err(error) => show::refused(&state, &visitor, id, ("claim-code", &sent), error.into()).await,
    }
}
