//! `POST /hubs/{id}/retire`: out of use for good.

use actix_web::{HttpResponse, web};

use super::end;
use crate::ground::ids::HubId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::registry::hub_moves;

/// Wherever it is.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<HubId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let id = *id;
    let (ground, database) = (state.ground(), state.database());
    let moved = hub_moves::retire(ground, database, visitor.admin()?, id).await;
    let done = moved.map(|()| "hub-retired").map_err(Refused::from);
    end(&state, &visitor, id, ("retire", &sent), done).await
}
