//! A customer's devices: the list, one device's page with its chart and its live stream.

mod cells;
mod follow;
pub(super) mod list;
pub(super) mod live;
pub(super) mod metadata;
pub(super) mod parts;
pub(super) mod reference;
mod series;
mod show;
mod tiles;

use actix_web::web;

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route("/devices", web::get().to(list::get))
        .route("/devices/{id}", web::get().to(show::get))
        .route("/devices/{id}/series.json", web::get().to(series::get))
        .route(
            "/devices/{id}/{kind}/series.json",
            web::get().to(series::get_kind),
        )
        .route("/devices/{id}/live", web::get().to(live::get))
        .route("/devices/{id}/{kind}/live", web::get().to(live::get_kind));
}

pub(super) use cells::notes;
