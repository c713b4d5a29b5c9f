//! Many devices from a file: brought, looked at line by line, then taken whole or not at all.

mod apply;
mod list;
mod problems;
mod show;
pub(super) mod template;
mod upload;

use actix_web::web;

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/imports").get(list::get).post(upload::post))
        .route("/imports/template", web::get().to(template::get))
        .route("/imports/{id}", web::get().to(show::get))
        .route("/imports/{id}/problems", web::get().to(problems::get))
        .route("/imports/{id}/apply", web::post().to(apply::post))
        .route("/imports/{id}/cancel", web::post().to(apply::cancel));
}
