//! `POST /hubs/{id}/name`: what a hub is called.

use actix_web::{HttpResponse, web};

use super::end;
use crate::ground::ids::HubId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::registry::naming;
use crate::tenancy::Scope as _;

/// As people who stand beside it know it.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<HubId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let (id, name) = (*id, sent.get("name"));
    let named = in_scope!(visitor.caller(), scope => {
        let change = async |tx: &_| naming::name_hub(tx, scope, id, name).await;
        scope.run(state.database(), change).await
    });
    let done = named.map(|()| "hub-named").map_err(Refused::from);
    end(&state, &visitor, id, ("name", &sent), done).await
}
