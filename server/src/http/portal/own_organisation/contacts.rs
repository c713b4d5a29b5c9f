//! `POST /organization/contacts` and `…/contacts/remove`.

use actix_web::{HttpResponse, web};

use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::local::see;
use crate::http::portal::organisations::Contacts;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::CallerScope;
use crate::registry::contacts::Of;
use crate::tenancy::Scope as _;

/// Adds a contact.
pub(super) async fn add(
    state: web::Data<State>,
    visitor: Visitor,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let done = match visitor.scope() {
        CallerScope::Customer(scope) => {
            let contacts = Contacts {
                of: Of::Customer(scope.id()),
                sent: &sent,
            };
            let work = async |tx: &_| contacts.add(tx, scope, &state).await;
            scope.run(state.database(), work).await
        }
        CallerScope::Distributor(scope) => {
            let contacts = Contacts {
                of: Of::Distributor(scope.id()),
                sent: &sent,
            };
            let work = async |tx: &_| contacts.add_to_distributor(tx, scope, &state).await;
            scope.run(state.database(), work).await
        }
        CallerScope::Admin(_) | CallerScope::Finance(_) => Err(PageError::forbidden().into()),
    };
    answer(
        &state,
        &visitor,
        &sent,
        "/organization/contacts",
        done,
        "contact-added",
    )
    .await
}

/// Removes one.
pub(super) async fn remove(
    state: web::Data<State>,
    visitor: Visitor,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let done = match visitor.scope() {
        CallerScope::Customer(scope) => {
            let contacts = Contacts {
                of: Of::Customer(scope.id()),
                sent: &sent,
            };
            let work = async |tx: &_| contacts.remove(tx, scope).await;
            scope.run(state.database(), work).await
        }
        CallerScope::Distributor(scope) => {
            let contacts = Contacts {
                of: Of::Distributor(scope.id()),
                sent: &sent,
            };
            let work = async |tx: &_| contacts.remove(tx, scope).await;
            scope.run(state.database(), work).await
        }
        CallerScope::Admin(_) | CallerScope::Finance(_) => Err(PageError::forbidden().into()),
    };
    answer(
        &state,
        &visitor,
        &sent,
        "/organization/contacts/remove",
        done,
        "contact-removed",
    )
    .await
}

async fn answer(
    state: &State,
    visitor: &Visitor,
    sent: &Sent,
    tried: &str,
    done: Result<(), Refused>,
    said: &str,
) -> Result<HttpResponse, PageError> {
    match done {
        Ok(()) => Ok(see(&format!("/organization?said={said}"))),
        Err(refused) => super::show::refused(state, visitor, refused, tried, sent).await,
    }
}
