//! What is done with a hub: each a form on its page, each answered by the page that shows what became of it. A refusal comes
//! back as the same page, with the reason where it was tried.

mod activate;
mod allocate;
mod claim_code;
mod command;
mod confirm;
mod deactivate;
mod give_back;
mod place;
mod recall;
mod refuse;
mod rename;
mod retire;

use actix_web::{HttpResponse, web};

use super::show;
use crate::ground::ids::HubId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::local::{see, with_query};
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route("/hubs/{id}/claim-code", web::post().to(claim_code::post))
        .route("/hubs/{id}/confirm", web::post().to(confirm::post))
        .route("/hubs/{id}/refuse", web::post().to(refuse::post))
        .route("/hubs/{id}/activate", web::post().to(activate::post))
        .route("/hubs/{id}/deactivate", web::post().to(deactivate::post))
        .route("/hubs/{id}/name", web::post().to(rename::post))
        .route("/hubs/{id}/place", web::post().to(place::post))
        .route("/hubs/{id}/allocate", web::post().to(allocate::post))
        .route("/hubs/{id}/recall", web::post().to(recall::post))
        .route("/hubs/{id}/return", web::post().to(give_back::post))
        .route("/hubs/{id}/command", web::post().to(command::post))
        .route("/hubs/{id}/retire", web::post().to(retire::post));
}

/// The answer: the hub's page with a word about what was done, or the reason why it was not.
async fn end(
    state: &State,
    visitor: &Visitor,
    id: HubId,
    tried: (&str, &Sent),
    done: Result<&str, Refused>,
) -> Result<HttpResponse, PageError> {
    match done {
        Ok(word) => Ok(see(&with_query(&format!("/hubs/{id}"), &[("said", word)]))),
        Err(refused) => show::refused(state, visitor, id, tried, refused).await,
    }
}
