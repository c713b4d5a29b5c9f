//! `POST /cases/{id}/notes`.

use actix_web::{HttpResponse, web};

use super::show;
use crate::desk::cases::NewNote;
use crate::ground::enums::CaseVisibility;
use crate::ground::ids::CaseId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::local::see;
use crate::http::portal::sent::Sent;
use crate::http::portal::visitor::Visitor;

/// Writes in the case.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<CaseId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let (visibility, said) = match sent.maybe("internal") {
        None => (CaseVisibility::Everybody, "case-written"),
        Some(_) => (CaseVisibility::Internal, "case-noted"),
    };
    let new = NewNote {
        text: sent.get("text").to_owned(),
        visibility,
    };
    match state.desk().note(visitor.caller(), *id, new).await {
        Ok(_) => Ok(see(&format!("/cases/{id}?said={said}"))),
        Err(error) => show::refused(&state, &visitor, *id, ("notes", &sent), error.into()).await,
    }
}
