//! `POST /hubs/{id}/return`: from a customer back to whoever it came from.

use actix_web::{HttpResponse, web};

use super::end;
use crate::ground::ids::HubId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::local::see;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::{CallerScope, in_scope};
use crate::registry::hub_moves;

/// A customer's people do not see it any more; others see where it lies now.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<HubId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let (ground, database, id) = (state.ground(), state.database(), *id);
    let moved = in_scope!(visitor.caller(), scope => hub_moves::give_back(ground, database, scope, id).await);
    if moved.is_ok() && matches!(visitor.scope(), CallerScope::Customer(_)) {
        return Ok(see("/hubs?said=hub-returned"));
    }
    let done = moved.map(|()| "hub-returned").map_err(Refused::from);
    end(&state, &visitor, id, ("return", &sent), done).await
}
