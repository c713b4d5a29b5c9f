//! Returns of devices and hubs to the platform.

mod accept;
mod cancel;
mod decline;
mod list;
mod new;
mod note;
mod receive;
mod send;
mod show;
pub(super) mod words;

use actix_web::{HttpResponse, web};

use super::error::PageError;
use super::local::see;
use super::orders::forms;
use super::sent::{Refused, Sent};
use super::visitor::Visitor;
use crate::ground::ids::ReturnId;
use crate::http::State;

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route("/returns", web::get().to(list::get))
        .service(
            web::resource("/returns/new")
                .app_data(forms())
                .get(new::get)
                .post(new::post),
        )
        .route("/returns/{id}", web::get().to(show::get))
        .route("/returns/{id}/accept", web::post().to(accept::post))
        .route("/returns/{id}/cancel", web::post().to(cancel::post))
        .route("/returns/{id}/send", web::post().to(send::post))
        .service(
            web::resource("/returns/{id}/decline")
                .app_data(forms())
                .post(decline::post),
        )
        .service(
            web::resource("/returns/{id}/receive")
                .app_data(forms())
                .post(receive::post),
        )
        .service(
            web::resource("/returns/{id}/notes")
                .app_data(forms())
                .post(note::post),
        );
}

/// The answer to what was tried with a return: its page, with a word of what was done, or with why it was not.
async fn answer(
    state: &State,
    visitor: &Visitor,
    (id, verb): (ReturnId, &str),
    sent: &Sent,
    done: Result<&str, Refused>,
) -> Result<HttpResponse, PageError> {
    match done {
        Ok(said) => Ok(see(&format!("/returns/{id}?said={said}"))),
        Err(refused) => show::refused(state, visitor, id, (verb, sent), refused).await,
    }
}
