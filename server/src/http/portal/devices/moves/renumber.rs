//! `POST /devices/{id}/numbers`: what is printed on a device besides its serial, and what it runs.

use actix_web::{HttpResponse, web};

use super::end;
use crate::ground::ids::DeviceId;
use crate::http::State;
use crate::http::portal::devices::numbers;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::registry::configure;
use crate::tenancy::Scope as _;

/// A field that is empty takes away what was there.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<DeviceId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let (scope, ground, database, id) = (visitor.admin()?, state.ground(), state.database(), *id);
    let done = match numbers::patch(&sent) {
        Ok(patch) => scope
            .run(database, async |tx| {
                configure::number(tx, scope, ground, id, &patch).await
            })
            .await
            .map(|()| "device-numbers")
            .map_err(Refused::from),
        Err(error) => Err(error.into()),
    };
    end(&state, &visitor, id, ("numbers", &sent), done).await
}
