//! `POST /devices/{id}/restock`: one that came back is fit for use again.

use actix_web::{HttpResponse, web};

use super::end;
use crate::ground::ids::DeviceId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::registry::moves;

/// It can be placed again.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<DeviceId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let (ground, database, id) = (state.ground(), state.database(), *id);
    let moved = in_scope!(visitor.caller(), scope => moves::restock(ground, database, scope, id).await);
    let done = moved.map(|()| "device-restocked").map_err(Refused::from);
    end(&state, &visitor, id, ("restock", &sent), done).await
}
