//! The administrators' pages: everything that exists and what wants a person. Metadata alone; the database role behind
//! them has no grant on a single reading.

mod broker;
mod quarantine;
mod refusals;
mod today;
mod wants;

use actix_web::web;

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route("/admin", web::get().to(today::get))
        .route("/admin/quarantine", web::get().to(quarantine::get))
        .route("/admin/quarantine/dismiss", web::post().to(quarantine::dismiss))
        .route("/admin/refusals", web::get().to(refusals::get));
}
