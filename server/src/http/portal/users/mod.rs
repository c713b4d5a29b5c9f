//! People: who signs in, who is invited, and what they may do. Everybody who manages people has the same pages; whom they
//! show, the scope decides.

mod confirm;
mod invitations;
mod invite;
mod list;
mod sees;
mod show;

use actix_web::web;
use serde::Deserialize;

use super::visitor::Visitor;
use crate::ground::enums::UserRole;
use crate::tenancy::{Permission, PermissionSet};

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route("/users", web::get().to(list::get))
        .service(web::resource("/users/invite").get(invite::get).post(invite::post))
        .route("/users/{id}", web::get().to(show::get))
        .route("/users/{id}/permissions", web::post().to(show::permissions))
        .route("/users/{id}/sites", web::post().to(sees::post))
        .route("/users/{id}/state", web::post().to(show::state))
        .route("/users/{id}/confirm", web::post().to(confirm::confirm))
        .route("/account/confirmation", web::post().to(confirm::ask))
        .route(
            "/invitations/{id}/send-again",
            web::post().to(invitations::send_again),
        )
        .route("/invitations/{id}/revoke", web::post().to(invitations::revoke));
}

/// A form without fields of its own.
#[derive(Deserialize)]
struct Token {
    #[serde(default)]
    csrf: String,
}

/// Whether this visitor can give somebody of a role all of these permissions, or they have them already: nobody outside of a
/// customer lets anybody see its values.
fn offered(visitor: &Visitor, role: UserRole) -> impl Fn(PermissionSet, &PermissionSet) -> bool {
    let is_outside = role == UserRole::Customer && visitor.caller().role() != role;
    move |given, present| {
        !is_outside
            || present.covers(&given)
            || ![Permission::ReadReadings, Permission::ManageEndpoints]
                .iter()
                .any(|value| given.allows(*value) && !present.allows(*value))
    }
}
