//! `POST /sources/{id}/take-away`: the source speaks for a device no more.

use actix_web::{HttpResponse, web};

use super::end;
use crate::ground::ids::{DeviceId, SourceId};
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::registry::sources;

/// From its next message on what it says of the device waits.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<SourceId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let (ground, database, id) = (state.ground(), state.database(), *id);
    let taken = match sent.get("device").parse::<DeviceId>() {
        Ok(device) => {
            let taken = in_scope!(visitor.caller(), scope => {
                sources::take_away(ground, database, scope, (id, device)).await
            });
            taken.map_err(Refused::from)
        }
        Err(_) => Err(Refused::at("device", "Choose a device.")),
    };
    let done = taken.map(|()| "source-taken-away");
    end(&state, &visitor, id, ("take-away", &sent), done).await
}
