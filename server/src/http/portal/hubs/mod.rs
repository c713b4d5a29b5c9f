//! Hubs: the list, one hub with what stands behind it, the code with which it claims itself, the comparison of its key, and
//! its moves.

mod facts;
mod list;
mod log;
mod moves;
mod new;
mod offered;
pub(super) mod rows;
pub(super) mod said;
mod show;
mod work;

use actix_web::web;

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route("/hubs", web::get().to(list::get))
        .route("/hubs/new", web::get().to(new::get))
        .route("/hubs/new", web::post().to(new::post))
        .route("/hubs/{id}", web::get().to(show::get))
        .route("/hubs/{id}/logs/{log}", web::get().to(log::get))
        .configure(moves::configure);
}
