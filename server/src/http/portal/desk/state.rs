//! `POST /cases/{id}/state`.

use actix_web::{HttpResponse, web};

use super::show;
use crate::desk::cases::CasePatch;
use crate::ground::ids::CaseId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::local::see;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;

/// Says how it stands.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<CaseId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    match change(&state, &visitor, *id, &sent).await {
        Ok(()) => Ok(see(&format!("/cases/{id}?said=case-changed"))),
        Err(refused) => show::refused(&state, &visitor, *id, ("state", &sent), refused).await,
    }
}

async fn change(state: &State, visitor: &Visitor, id: CaseId, sent: &Sent) -> Result<(), Refused> {
    let wanted = sent.get("state").parse();
    let patch = CasePatch {
        state: Some(wanted.map_err(|_| Refused::at("state", "A case is open, waiting, solved or closed."))?),
        assignee: None,
    };
    Ok(state.desk().change(visitor.caller(), id, patch).await?)
}
