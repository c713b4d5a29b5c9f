//! `POST /devices/{id}/allocate`: from the platform's stock into a distributor's.

use actix_web::{HttpResponse, web};

use super::end;
use crate::ground::ids::DeviceId;
use crate::http::State;
use crate::http::portal::choose;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::registry::moves;
use crate::tenancy::Scope as _;

/// The distributor places it from there.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<DeviceId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let (ground, database, id) = (state.ground(), state.database(), *id);
    let scope = visitor.admin()?;
    let chosen = scope
        .run(database, async |tx| {
            choose::distributor(tx, &sent, "distributor").await
        })
        .await;
    let done = match chosen {
        Ok(Some(to)) => moves::allocate(ground, database, scope, id, to)
            .await
            .map(|()| "device-allocated")
            .map_err(Refused::from),
        Ok(None) => Err(Refused::at("distributor", "Choose a distributor.")),
        Err(refused) => Err(refused),
    };
    end(&state, &visitor, id, ("allocate", &sent), done).await
}
