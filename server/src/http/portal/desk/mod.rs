//! The support desk: cases, what people write in them, and why nothing arrived.

mod assign;
mod list;
mod new;
mod note;
mod reopen;
pub(super) mod said;
mod show;
mod state;
pub(super) mod trouble;
mod vitality;
pub(super) mod words;

use actix_web::web;

use super::error::PageError;

/// The largest form with a note in it: 4,000 characters, each of which may be written as twelve.
const FORM_BYTES: usize = 64 * 1024;

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route("/devices/{id}/trouble", web::get().to(trouble::of_device))
        .route("/hubs/{id}/trouble", web::get().to(trouble::of_hub))
        .route("/cases", web::get().to(list::get))
        .service(
            web::resource("/cases/new")
                .app_data(forms())
                .get(new::get)
                .post(new::post),
        )
        .route("/cases/{id}", web::get().to(show::get))
        .service(
            web::resource("/cases/{id}/notes")
                .app_data(forms())
                .post(note::post),
        )
        .route("/cases/{id}/assignee", web::post().to(assign::post))
        .route("/cases/{id}/state", web::post().to(state::post))
        .route("/cases/{id}/reopen", web::post().to(reopen::post));
}

fn forms() -> web::FormConfig {
    let forms = web::FormConfig::default().limit(FORM_BYTES);
    forms.error_handler(|_, _| PageError::bad_request().into())
}
