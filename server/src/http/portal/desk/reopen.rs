//! `POST /cases/{id}/reopen`.

use actix_web::{HttpResponse, web};

use super::show;
use crate::ground::ids::CaseId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::local::see;
use crate::http::portal::sent::Sent;
use crate::http::portal::visitor::Visitor;

/// Opens it again.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<CaseId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    match state.desk().reopen(visitor.caller(), *id).await {
        Ok(()) => Ok(see(&format!("/cases/{id}?said=case-reopened"))),
        Err(error) => show::refused(&state, &visitor, *id, ("reopen", &sent), error.into()).await,
    }
}
