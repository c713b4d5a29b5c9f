//! `POST /hubs/{id}/activate`: what it sends is taken.

use actix_web::{HttpResponse, web};

use super::end;
use crate::ground::enums::HubState;
use crate::ground::ids::HubId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::registry::hubs;
use crate::tenancy::Scope as _;

/// From the next request on.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<HubId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let id = *id;
    let changed = in_scope!(visitor.caller(), scope => {
        let change = async |tx: &_| hubs::set_state(tx, scope, state.ground(), id, HubState::Active).await;
        scope.run(state.database(), change).await
    });
    let done = changed.map(|()| "hub-activated").map_err(Refused::from);
    end(&state, &visitor, id, ("activate", &sent), done).await
}
