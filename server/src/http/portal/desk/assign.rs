//! `POST /cases/{id}/assignee`.

use actix_web::{HttpResponse, web};

use super::show;
use crate::desk::cases::CasePatch;
use crate::ground::ids::{CaseId, UserId};
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::local::see;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::registry::Change;

/// Says who looks after it; nobody, where nobody is chosen.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<CaseId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    match assign(&state, &visitor, *id, &sent).await {
        Ok(()) => Ok(see(&format!("/cases/{id}?said=case-assigned"))),
        Err(refused) => show::refused(&state, &visitor, *id, ("assignee", &sent), refused).await,
    }
}

async fn assign(state: &State, visitor: &Visitor, id: CaseId, sent: &Sent) -> Result<(), Refused> {
    let assignee = match sent.maybe("assignee") {
        None => Change::Clear,
        Some(typed) => Change::Set(
            typed
                .parse::<UserId>()
                .map_err(|_| Refused::at("assignee", "Choose somebody."))?,
        ),
    };
    let patch = CasePatch {
        state: None,
        assignee: Some(assignee),
    };
    Ok(state.desk().change(visitor.caller(), id, patch).await?)
}
