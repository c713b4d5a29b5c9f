//! `POST /organization/contacts`, `…/contacts/remove`, and `…/contacts/{contact}`, which changes one.

use actix_web::{HttpResponse, web};

use crate::ground::ids::ContactId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::Place;
use crate::http::portal::local::see;
use crate::http::portal::organisations::{Contacts, OneContact};
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

/// The form of one.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    contact: web::Path<ContactId>,
) -> Result<HttpResponse, PageError> {
    one(&visitor, *contact)?.show(&state, &visitor).await
}

/// Changes one.
pub(super) async fn change(
    state: web::Data<State>,
    visitor: Visitor,
    contact: web::Path<ContactId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    one(&visitor, *contact)?.save(&state, &visitor, &sent).await
}

fn one(visitor: &Visitor, id: ContactId) -> Result<OneContact, PageError> {
    let of = match visitor.scope() {
        CallerScope::Customer(scope) => Of::Customer(scope.id()),
        CallerScope::Distributor(scope) => Of::Distributor(scope.id()),
        CallerScope::Admin(_) | CallerScope::Finance(_) => return Err(PageError::forbidden()),
    };
    Ok(OneContact {
        of,
        id,
        base: "/organization".to_owned(),
        place: Place::Organisation,
    })
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
