//! A distributor's first page.

mod show;

use actix_web::web;

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route("/portfolio", web::get().to(show::get));
}
