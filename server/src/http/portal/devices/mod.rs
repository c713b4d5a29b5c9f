//! Devices: the list, one device's page with its chart and its live stream for who sees values, what is known of it besides
//! for everybody, and what can be done with it.

mod about;
mod adopt;
mod adopt_by_reading;
mod cells;
mod chart;
mod facts;
mod file;
mod file_lines;
mod follow;
pub(super) mod held_list;
pub(super) mod held_row;
pub(super) mod life;
mod line;
pub(super) mod list;
mod live;
mod moves;
mod new;
mod numbers;
mod offered;
pub(super) mod parts;
pub(super) mod reference;
pub(super) mod said;
mod show;
mod tiles;

use actix_web::web;

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route("/devices", web::get().to(list::get))
        .route("/devices/adopt", web::get().to(adopt::get))
        .route("/devices/adopt", web::post().to(adopt::post))
        .route("/devices/adopt/ask", web::get().to(adopt_by_reading::get))
        .route("/devices/adopt/ask", web::post().to(adopt_by_reading::ask))
        .route("/devices/adopt/reading", web::post().to(adopt_by_reading::take))
        .route("/devices/new", web::get().to(new::get))
        .route("/devices/new", web::post().to(new::post))
        .route("/devices/{id}", web::get().to(show::get))
        .route("/devices/{id}/about", web::get().to(about::get))
        .configure(moves::configure)
        .route("/devices/{id}/readings.csv", web::get().to(file::get))
        .route("/devices/{id}/live", web::get().to(live::get))
        .route("/devices/{id}/{kind}/live", web::get().to(live::get_kind));
}

pub(super) use cells::notes;
pub(super) use moves::placed_word;
pub(super) use new::choices as model_choices;
