//! Labels to be printed and stuck on devices and hubs.

mod find;
mod sheet;

use actix_web::web;

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route("/labels", web::get().to(sheet::get));
}
