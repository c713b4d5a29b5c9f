//! `POST /sources/{id}/name`: what people call it.

use actix_web::{HttpResponse, web};

use super::end;
use crate::ground::ids::SourceId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::registry::sources::{self, SourcePatch};

/// The vendor does not hear of it.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<SourceId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let id = *id;
    let patch = SourcePatch {
        name: Some(sent.get("name").to_owned()),
        state: None,
    };
    let named = in_scope!(visitor.caller(), scope => {
        sources::change(state.database(), scope, id, patch).await
    });
    let done = named.map(|()| "source-named").map_err(Refused::from);
    end(&state, &visitor, id, ("name", &sent), done).await
}
