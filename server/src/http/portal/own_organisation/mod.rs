//! A distributor's or a customer's own organisation, for its own people.

mod change;
mod contacts;
mod show;

use actix_web::web;

use crate::history::archive::{self, ArchivedDay};
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::visitor::Visitor;
use crate::identity::{CallerScope, Organisation};
use crate::registry::contacts::{self as people, Contact};
use crate::registry::organisations::{self, Paper};
use crate::tenancy::Scope as _;

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/organization").get(show::get).post(change::post))
        .route("/organization/edit", web::get().to(change::get))
        .route("/organization/contacts", web::post().to(contacts::add))
        .route("/organization/contacts/remove", web::post().to(contacts::remove))
        .service(
            web::resource("/organization/contacts/{contact}")
                .get(contacts::get)
                .post(contacts::change),
        );
}

/// Days of the archive that are counted.
const ARCHIVED_DAYS: i64 = 1_000;

/// One's own organisation, whichever of the two it is.
struct Own {
    organisation: Organisation,
    name: String,
    paper: Paper,
    time_zone: String,
    created_at: chrono::DateTime<chrono::Utc>,
    contacts: Vec<Contact>,
    /// Of a customer: whether it chose the archive, and which days lie there, the newest first.
    archive: Option<(bool, Vec<ArchivedDay>)>,
}

async fn own(state: &State, visitor: &Visitor) -> Result<Own, PageError> {
    match visitor.scope() {
        CallerScope::Customer(scope) => {
            let id = scope.id();
            let find = async |tx: &_| {
                Ok::<_, PageError>((
                    organisations::customer(tx, id).await?,
                    people::of_customer(tx, id).await?,
                    archive::days(tx, None, ARCHIVED_DAYS).await?,
                ))
            };
            let (one, contacts, days) = scope.run(state.database(), find).await?;
            Ok(Own {
                archive: Some((one.archive, days)),
                organisation: Organisation::Customer(id),
                name: one.name,
                paper: one.paper,
                time_zone: one.time_zone,
                created_at: one.created_at,
                contacts,
            })
        }
        CallerScope::Distributor(scope) => {
            let id = scope.id();
            let find = async |tx: &_| {
                Ok::<_, PageError>((
                    organisations::distributor(tx, id).await?,
                    people::of_distributor(tx, id).await?,
                ))
            };
            let (one, contacts) = scope.run(state.database(), find).await?;
            Ok(Own {
                archive: None,
                organisation: Organisation::Distributor(id),
                name: one.name,
                paper: one.paper,
                time_zone: one.time_zone,
                created_at: one.created_at,
                contacts,
            })
        }
        CallerScope::Admin(_) | CallerScope::Finance(_) => Err(PageError::forbidden()),
    }
}
