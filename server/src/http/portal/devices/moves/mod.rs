//! What is done with a device: each a form on its page, each answered by the page that shows what became of it. A refusal
//! comes back as the same page, with the reason where it was tried.

mod activate;
mod allocate;
mod deactivate;
mod give_back;
mod issue_token;
mod place;
mod recall;
mod refer;
mod renumber;
mod replace;
mod restock;
mod retire;
mod revoke_token;

pub(in crate::http::portal) use place::placed_word;

use actix_web::{HttpResponse, web};

use super::about;
use crate::ground::ids::DeviceId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::local::{see, with_query};
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::CallerScope;

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route("/devices/{id}/activate", web::post().to(activate::post))
        .route("/devices/{id}/deactivate", web::post().to(deactivate::post))
        .route("/devices/{id}/reference", web::post().to(refer::post))
        .route("/devices/{id}/numbers", web::post().to(renumber::post))
        .route("/devices/{id}/allocate", web::post().to(allocate::post))
        .route("/devices/{id}/recall", web::post().to(recall::post))
        .route("/devices/{id}/place", web::post().to(place::post))
        .route("/devices/{id}/return", web::post().to(give_back::post))
        .route("/devices/{id}/restock", web::post().to(restock::post))
        .route("/devices/{id}/replace", web::post().to(replace::post))
        .route("/devices/{id}/retire", web::post().to(retire::post))
        .route("/devices/{id}/token", web::post().to(issue_token::post))
        .route("/devices/{id}/revoke-token", web::post().to(revoke_token::post));
}

/// The page of a device that holds its life and what can be done with it.
pub(super) fn page_of(visitor: &Visitor, id: DeviceId) -> String {
    match visitor.scope() {
        CallerScope::Customer(_) => format!("/devices/{id}/about"),
        _ => format!("/devices/{id}"),
    }
}

/// The answer: the device's page with a word about what was done, or the reason why it was not.
async fn end(
    state: &State,
    visitor: &Visitor,
    id: DeviceId,
    tried: (&str, &Sent),
    done: Result<&str, Refused>,
) -> Result<HttpResponse, PageError> {
    match done {
        Ok(word) => Ok(see(&with_query(&page_of(visitor, id), &[("said", word)]))),
        Err(refused) => about::refused(state, visitor, id, tried, refused).await,
    }
}
