//! `POST /hubs/{id}/command`: something that the hub is asked to do.

use actix_web::{HttpResponse, web};

use super::end;
use crate::ground::enums::HubCommandKind;
use crate::ground::ids::HubId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::registry::fleet;

/// The hub hears of it with its next heartbeat.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<HubId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let (ground, database, id) = (state.ground(), state.database(), *id);
    let done = match sent.get("command").parse::<HubCommandKind>() {
        Ok(kind) => {
            let asked =
                in_scope!(visitor.caller(), scope => fleet::ask(ground, database, scope, id, kind).await);
            asked.map(|_| "command-given").map_err(Refused::from)
        }
        Err(_) => Err(Refused::at("command", "Choose what the hub is to do.")),
    };
    end(&state, &visitor, id, ("command", &sent), done).await
}
