//! `POST /devices/{id}/reference`: an organisation's own word for a device.

use actix_web::{HttpResponse, web};

use super::end;
use crate::ground::ids::DeviceId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::registry::{Change, Reference, Typed as _, configure};
use crate::tenancy::Scope as _;

/// An empty word takes away what was there.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<DeviceId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let (ground, database, id) = (state.ground(), state.database(), *id);
    let done = match Reference::maybe("reference", sent.maybe("reference")) {
        Ok(typed) => {
            let word = typed.map_or(Change::Clear, Change::Set);
            let called = in_scope!(visitor.caller(), scope => {
                scope.run(database, async |tx| configure::call(tx, scope, ground, id, &word).await).await
            });
            called.map(|()| "device-reference").map_err(Refused::from)
        }
        Err(error) => Err(error.into()),
    };
    end(&state, &visitor, id, ("reference", &sent), done).await
}
