//! Distributors, as the platform's own people see them.

mod add;
mod change;
mod contacts;
mod list;
mod show;

use actix_web::web;

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/distributors").get(list::get).post(add::post))
        .route("/distributors/new", web::get().to(add::get))
        .service(
            web::resource("/distributors/{id}")
                .get(show::get)
                .post(change::post),
        )
        .route("/distributors/{id}/edit", web::get().to(change::get))
        .route("/distributors/{id}/contacts", web::post().to(contacts::add))
        .route(
            "/distributors/{id}/contacts/remove",
            web::post().to(contacts::remove),
        )
        .service(
            web::resource("/distributors/{id}/contacts/{contact}")
                .get(contacts::get)
                .post(contacts::change),
        );
}
