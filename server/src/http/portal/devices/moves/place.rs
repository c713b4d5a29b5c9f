//! `POST /devices/{id}/place`: from stock to a customer, or from one customer to another.

use actix_web::{HttpResponse, web};

use super::end;
use crate::ground::enums::Transport;
use crate::ground::ids::DeviceId;
use crate::http::State;
use crate::http::portal::choose;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::registry::moves::{self, Placement};
use crate::registry::{RegistryScope, devices, tokens};
use crate::tenancy::Scope as _;

/// From now on.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<DeviceId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let id = *id;
    let placed = in_scope!(visitor.caller(), scope => place(&state, scope, id, &sent).await);
    let done = match placed {
        Ok(()) => Ok(placed_word(&state, &visitor, id).await?),
        Err(refused) => Err(refused),
    };
    end(&state, &visitor, id, ("place", &sent), done).await
}

/// What is said of a device that was just placed: one that sends by itself and has no token sends nothing yet.
pub(in crate::http::portal) async fn placed_word(
    state: &State,
    visitor: &Visitor,
    id: DeviceId,
) -> Result<&'static str, PageError> {
    let database = state.database();
    let wants_token = in_scope!(visitor.caller(), scope => {
        let device = scope.run(database, async |tx| devices::get(tx, id).await).await?;
        matches!(device.transport, Transport::Cellular | Transport::Mqtt)
            && tokens::issued_at(database, scope, id).await?.is_none()
    });
    Ok(if wants_token {
        "device-placed-without-token"
    } else {
        "device-placed"
    })
}

async fn place<S: RegistryScope>(state: &State, scope: &S, id: DeviceId, sent: &Sent) -> Result<(), Refused> {
    let (ground, database) = (state.ground(), state.database());
    let customer = scope
        .run(database, async |tx| {
            choose::some_customer(tx, sent, "customer").await
        })
        .await?;
    let to = Placement {
        customer,
        state: None,
        from: None,
    };
    Ok(moves::place(ground, database, scope, id, to).await?)
}
