//! `POST /sources/{id}/end-former`: the secret before the present one works no more.

use actix_web::{HttpResponse, web};

use super::end;
use crate::ground::ids::SourceId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::registry::sources;

/// At once.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<SourceId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let id = *id;
    let ended = in_scope!(visitor.caller(), scope => sources::end_former(state.database(), scope, id).await);
    let done = ended.map(|()| "source-former-ended").map_err(Refused::from);
    end(&state, &visitor, id, ("end-former", &sent), done).await
}
