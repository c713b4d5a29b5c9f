//! `POST /sources/{id}/deactivate`: nothing that it sends is taken.

use actix_web::{HttpResponse, web};

use super::{end, set_state};
use crate::ground::enums::SourceState;
use crate::ground::ids::SourceId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::sent::Sent;
use crate::http::portal::visitor::Visitor;

/// From its next message on.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<SourceId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let changed = set_state(&state, &visitor, *id, SourceState::Inactive).await;
    let done = changed.map(|()| "source-deactivated");
    end(&state, &visitor, *id, ("deactivate", &sent), done).await
}
