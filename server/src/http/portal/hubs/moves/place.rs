//! `POST /hubs/{id}/place`: from stock to a customer.

use actix_web::{HttpResponse, web};

use super::end;
use crate::ground::ids::HubId;
use crate::http::State;
use crate::http::portal::choose;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::registry::{RegistryScope, hub_moves};

/// The customer claims it with a code.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<HubId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let id = *id;
    let placed = in_scope!(visitor.caller(), scope => place(&state, scope, id, &sent).await);
    end(
        &state,
        &visitor,
        id,
        ("place", &sent),
        placed.map(|()| "hub-placed"),
    )
    .await
}

async fn place<S: RegistryScope>(state: &State, scope: &S, id: HubId, sent: &Sent) -> Result<(), Refused> {
    let (ground, database) = (state.ground(), state.database());
    let customer = scope
        .run(database, async |tx| {
            choose::some_customer(tx, sent, "customer").await
        })
        .await?;
    Ok(hub_moves::place(ground, database, scope, id, customer).await?)
}
