//! Customers: all of them for the platform's people, a distributor's own portfolio, and a customer itself.

mod add;
mod change;
mod contacts;
mod list;
mod r#move;
mod place;
pub(super) mod rows;
mod show;

use actix_web::web;

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/customers").get(list::get).post(add::post))
        .route("/customers/new", web::get().to(add::get))
        .service(web::resource("/customers/{id}").get(show::get).post(change::post))
        .route("/customers/{id}/edit", web::get().to(change::get))
        .service(
            web::resource("/customers/{id}/place")
                .get(place::get)
                .post(place::post),
        )
        .route("/customers/{id}/distributor", web::post().to(r#move::post))
        .route("/customers/{id}/contacts", web::post().to(contacts::add))
        .route(
            "/customers/{id}/contacts/remove",
            web::post().to(contacts::remove),
        )
        .service(
            web::resource("/customers/{id}/contacts/{contact}")
                .get(contacts::get)
                .post(contacts::change),
        );
}
