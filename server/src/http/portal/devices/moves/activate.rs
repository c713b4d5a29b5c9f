//! `POST /devices/{id}/activate`: its readings are taken from now on.

use actix_web::{HttpResponse, web};

use super::end;
use crate::ground::enums::DeviceState;
use crate::ground::ids::DeviceId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::registry::devices::{self, DevicePatch};
use crate::tenancy::Scope as _;

/// From the next commit on.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<DeviceId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let (ground, database, id) = (state.ground(), state.database(), *id);
    let patch = DevicePatch {
        state: Some(DeviceState::Active),
        reference: None,
    };
    let changed = in_scope!(visitor.caller(), scope => {
        scope.run(database, async |tx| devices::change(tx, scope, ground, id, patch).await).await
    });
    let done = changed.map(|()| "device-activated").map_err(Refused::from);
    end(&state, &visitor, id, ("activate", &sent), done).await
}
