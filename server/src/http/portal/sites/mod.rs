//! Sites and care teams of a customer: where its devices and hubs stand, and who sees them. What a confined person sees of
//! these pages, the scope decides.

mod devices;
mod form;
mod list;
mod new;
mod offer;
mod people;
mod place;
pub(super) mod said;
mod show;
mod team;
mod team_form;
mod team_new;

use actix_web::web;

pub(super) use offer::{field, may_place, offered, stands, words};

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route("/sites", web::get().to(list::get))
        .service(web::resource("/sites/new").get(new::get).post(new::post))
        .service(web::resource("/sites/{id}").get(show::get).post(show::change))
        .route("/sites/{id}/people", web::post().to(show::people))
        .route("/sites/{id}/archive", web::post().to(show::archive))
        .service(
            web::resource("/sites/{id}/devices")
                .get(devices::get)
                .post(devices::post),
        )
        .service(
            web::resource("/care-teams/new")
                .get(team_new::get)
                .post(team_new::post),
        )
        .service(
            web::resource("/care-teams/{id}")
                .get(team::get)
                .post(team::change),
        )
        .route("/care-teams/{id}/people", web::post().to(team::people))
        .route("/care-teams/{id}/remove", web::post().to(team::remove))
        .route("/devices/{id}/site", web::post().to(place::device))
        .route("/hubs/{id}/site", web::post().to(place::hub));
}
