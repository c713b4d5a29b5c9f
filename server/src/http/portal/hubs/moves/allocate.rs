//! `POST /hubs/{id}/allocate`: from the platform's stock into a distributor's.

use actix_web::{HttpResponse, web};

use super::end;
use crate::ground::ids::HubId;
use crate::http::State;
use crate::http::portal::choose;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::registry::hub_moves;
use crate::tenancy::Scope as _;

/// The distributor places it from there.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<HubId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let id = *id;
    let (scope, ground, database) = (visitor.admin()?, state.ground(), state.database());
    let chosen = scope
        .run(database, async |tx| {
            choose::distributor(tx, &sent, "distributor").await
        })
        .await;
    let done = match chosen {
        Ok(Some(to)) => hub_moves::allocate(ground, database, scope, id, to)
            .await
            .map(|()| "hub-allocated")
            .map_err(Refused::from),
        Ok(None) => Err(Refused::at("distributor", "Choose a distributor.")),
        Err(refused) => Err(refused),
    };
    end(&state, &visitor, id, ("allocate", &sent), done).await
}
