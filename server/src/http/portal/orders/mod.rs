//! Orders of devices and hubs.

mod allocate;
mod cancel;
mod found;
mod hardware;
pub(super) mod list;
mod moves;
mod new;
mod note;
pub(super) mod promised;
mod receive;
mod release;
pub(super) mod said;
mod ship;
pub(super) mod show;
mod waive;
pub(super) mod words;
mod write_off;

use actix_web::{HttpResponse, web};

use super::error::PageError;
use super::local::see;
use super::sent::{Refused, Sent};
use super::visitor::Visitor;
use crate::ground::ids::OrderId;
use crate::http::State;

/// The largest form: 500 serials of 64 characters, and a note of which each character may be written as twelve.
const FORM_BYTES: usize = 96 * 1024;

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route("/orders", web::get().to(list::get))
        .route("/orders/hardware.csv", web::get().to(hardware::get))
        .service(
            web::resource("/orders/new")
                .app_data(forms())
                .get(new::get)
                .post(new::post),
        )
        .route("/orders/{id}", web::get().to(show::get))
        .service(
            web::resource("/orders/{id}/allocate")
                .app_data(forms())
                .post(allocate::post),
        )
        .service(
            web::resource("/orders/{id}/release")
                .app_data(forms())
                .post(release::post),
        )
        .service(
            web::resource("/orders/{id}/ship")
                .app_data(forms())
                .post(ship::post),
        )
        .service(
            web::resource("/orders/{id}/receive")
                .app_data(forms())
                .post(receive::post),
        )
        .service(
            web::resource("/orders/{id}/found")
                .app_data(forms())
                .post(found::post),
        )
        .service(
            web::resource("/orders/{id}/write-off")
                .app_data(forms())
                .post(write_off::post),
        )
        .service(
            web::resource("/orders/{id}/waive")
                .app_data(forms())
                .post(waive::post),
        )
        .service(
            web::resource("/orders/{id}/cancel")
                .app_data(forms())
                .post(cancel::post),
        )
        .service(
            web::resource("/orders/{id}/notes")
                .app_data(forms())
                .post(note::post),
        );
}

/// Forms that name serials.
pub(super) fn forms() -> web::FormConfig {
    let forms = web::FormConfig::default().limit(FORM_BYTES);
    forms.error_handler(|_, _| PageError::bad_request().into())
}

/// Serials under a name: ticked one by one, or typed, one a line or with commas and blanks between them.
pub(super) fn serials(sent: &Sent, name: &str) -> Vec<String> {
    let is_between = |letter: char| letter.is_whitespace() || matches!(letter, ',' | ';');
    sent.all(name)
        .flat_map(|typed| typed.split(is_between))
        .filter(|serial| !serial.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The answer to what was tried with an order: its page, with a word of what was done, or with why it was not.
async fn answer(
    state: &State,
    visitor: &Visitor,
    (id, verb): (OrderId, &str),
    sent: &Sent,
    done: Result<&str, Refused>,
) -> Result<HttpResponse, PageError> {
    match done {
        Ok(said) => Ok(see(&format!("/orders/{id}?said={said}"))),
        Err(refused) => show::refused(state, visitor, id, (verb, sent), refused).await,
    }
}
