//! Hubs: a customer's list, the code with which a hub claims itself, and the comparison of its key.

mod claim_code;
mod confirm;
mod list;
pub(super) mod rows;
pub(super) mod said;

use actix_web::web;

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route("/hubs", web::get().to(list::get))
        .route("/hubs/{id}/claim-code", web::post().to(claim_code::post))
        .route("/hubs/{id}/confirm", web::post().to(confirm::post));
}
