//! Models of devices: who makes them, what they measure, how they send. The platform's administrators keep them.

mod change;
mod form;
mod list;
mod new;

use actix_web::web;

pub(super) use form::told;

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route("/models", web::get().to(list::get))
        .route("/models/new", web::get().to(new::get))
        .route("/models/new", web::post().to(new::post))
        .route("/models/{id}", web::get().to(change::get))
        .route("/models/{id}", web::post().to(change::post));
}
