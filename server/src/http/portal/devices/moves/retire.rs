//! `POST /devices/{id}/retire`: out of use for good.

use actix_web::{HttpResponse, web};

use super::end;
use crate::ground::ids::DeviceId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::registry::moves;

/// Wherever it is.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<DeviceId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let (ground, database, id) = (state.ground(), state.database(), *id);
    let moved = moves::retire(ground, database, visitor.admin()?, id).await;
    let done = moved.map(|()| "device-retired").map_err(Refused::from);
    end(&state, &visitor, id, ("retire", &sent), done).await
}
