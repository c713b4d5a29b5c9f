//! What is done with a source: each a form on its page, each answered by the page that shows what became of it. A refusal comes
//! back as the same page, with the reason where it was tried.

mod activate;
mod deactivate;
mod end_former;
mod exchange;
mod rename;
mod take_away;

use actix_web::{HttpResponse, web};

use super::show;
use crate::ground::enums::SourceState;
use crate::ground::ids::SourceId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::local::{see, with_query};
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::registry::sources::{self, SourcePatch};

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route("/sources/{id}/take-away", web::post().to(take_away::post))
        .route("/sources/{id}/name", web::post().to(rename::post))
        .route("/sources/{id}/secret", web::post().to(exchange::post))
        .route("/sources/{id}/end-former", web::post().to(end_former::post))
        .route("/sources/{id}/activate", web::post().to(activate::post))
        .route("/sources/{id}/deactivate", web::post().to(deactivate::post));
}

/// The answer: the source's page with a word about what was done, or the reason why it was not.
pub(super) async fn end(
    state: &State,
    visitor: &Visitor,
    id: SourceId,
    tried: (&str, &Sent),
    done: Result<&str, Refused>,
) -> Result<HttpResponse, PageError> {
    match done {
        Ok(word) => Ok(see(&with_query(&format!("/sources/{id}"), &[("said", word)]))),
        Err(refused) => show::refused(state, visitor, id, tried, refused).await,
    }
}

async fn set_state(
    state: &State,
    visitor: &Visitor,
    id: SourceId,
    wanted: SourceState,
) -> Result<(), Refused> {
    let patch = SourcePatch {
        name: None,
        state: Some(wanted),
    };
    Ok(in_scope!(visitor.caller(), scope => sources::change(state.database(), scope, id, patch).await)?)
}
