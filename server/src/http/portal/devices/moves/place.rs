//! `POST /devices/{id}/place`: from stock to a customer, or from one customer to another.

use actix_web::{HttpResponse, web};

use super::end;
use crate::ground::ids::DeviceId;
use crate::http::State;
use crate::http::portal::choose;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::registry::RegistryScope;
use crate::registry::moves::{self, Placement};

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
    let done = placed.map(|()| "device-placed");
    end(&state, &visitor, id, ("place", &sent), done).await
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
