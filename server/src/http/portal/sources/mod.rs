//! Vendors' clouds that push readings: the list, one with what to enter at the vendor, the devices that wait and those that it
//! speaks for, and what is done with it.

mod adopt;
mod facts;
mod give;
mod list;
mod moves;
mod new;
mod offered;
pub(super) mod said;
mod show;
mod tables;
mod words;

use actix_web::web;

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route("/sources", web::get().to(list::get))
        .route("/sources/new", web::get().to(new::get))
        .route("/sources/new", web::post().to(new::post))
        .route("/sources/{id}", web::get().to(show::get))
        .route("/sources/{id}/adopt", web::get().to(adopt::get))
        .route("/sources/{id}/adopt", web::post().to(adopt::post))
        .route("/sources/{id}/devices", web::post().to(give::post))
        .configure(moves::configure);
}
