//! People: who signs in, who is invited, and what they may do. Everybody who manages people has the same pages; whom they
//! show, the scope decides.

mod invitations;
mod invite;
mod list;
mod show;

use actix_web::web;
use serde::Deserialize;

use crate::ground::enums::UserRole;
use crate::tenancy::{Bundle, Permission, PermissionSet};

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route("/users", web::get().to(list::get))
        .service(web::resource("/users/invite").get(invite::get).post(invite::post))
        .route("/users/{id}", web::get().to(show::get))
        .route("/users/{id}/permissions", web::post().to(show::permissions))
        .route("/users/{id}/state", web::post().to(show::state))
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

/// What somebody of a role is called: the preset role, or what they may do.
fn called(role: UserRole, permissions: &PermissionSet) -> String {
    match role {
        UserRole::Admin => "Platform administrator".to_owned(),
        UserRole::Finance => "Platform finance".to_owned(),
        UserRole::Distributor | UserRole::Customer => {
            if let Some(bundle) = Bundle::matching(role, permissions) {
                return bundle.label.to_owned();
            }
            let labels: Vec<&str> = Permission::of(role)
                .filter(|permission| permissions.allows(*permission))
                .map(Permission::label)
                .collect();
            labels.join(", ")
        }
    }
}
