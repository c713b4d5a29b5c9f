//! `POST /hubs/{id}/confirm`: a person has compared the fingerprint.

use actix_web::{HttpResponse, web};

use super::end;
use crate::ground::ids::HubId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::registry::hubs;
use crate::tenancy::Scope as _;

/// Confirms the key that the person saw; another one that came meanwhile is not confirmed.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<HubId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let id = *id;
    let fingerprint = sent.get("fingerprint");
    let confirmed = in_scope!(visitor.caller(), scope => {
        let confirm = async |tx: &_| hubs::confirm(tx, scope, state.ground(), id, fingerprint).await;
        scope.run(state.database(), confirm).await
    });
    let done = confirmed.map(|()| "hub-confirmed").map_err(Refused::from);
    end(&state, &visitor, id, ("confirm", &sent), done).await
}
