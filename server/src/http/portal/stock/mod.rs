//! A stock: what lies in it by model, and what came and went.

pub(super) mod movements;
mod show;

use actix_web::web;

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route("/stock", web::get().to(show::get));
}
