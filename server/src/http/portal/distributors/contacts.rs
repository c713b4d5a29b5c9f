//! `POST /distributors/{id}/contacts`, `…/contacts/remove`, and `…/contacts/{contact}`, which changes one.

use actix_web::{HttpResponse, web};

use crate::ground::ids::{ContactId, DistributorId};
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::Place;
use crate::http::portal::local::see;
use crate::http::portal::organisations::{Contacts, OneContact};
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::registry::contacts::Of;
use crate::tenancy::Scope as _;

/// Adds a contact.
pub(super) async fn add(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<DistributorId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let (scope, contacts) = (
        visitor.admin()?,
        Contacts {
            of: Of::Distributor(*id),
            sent: &sent,
        },
    );
    let work = async |tx: &_| contacts.add_to_distributor(tx, scope, &state).await;
    let done = scope.run(state.database(), work).await;
    answer(&state, &visitor, *id, &sent, "contacts", done, "contact-added").await
}

/// Removes one.
pub(super) async fn remove(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<DistributorId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let (scope, contacts) = (
        visitor.admin()?,
        Contacts {
            of: Of::Distributor(*id),
            sent: &sent,
        },
    );
    let exists = async |tx: &_| {
        crate::registry::organisations::distributor(tx, *id)
            .await
            .map(drop)
    };
    scope.run(state.database(), exists).await?;
    let work = async |tx: &_| contacts.remove(tx, scope).await;
    let done = scope.run(state.database(), work).await;
    answer(
        &state,
        &visitor,
        *id,
        &sent,
        "contacts/remove",
        done,
        "contact-removed",
    )
    .await
}

/// The form of one.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    ids: web::Path<(DistributorId, ContactId)>,
) -> Result<HttpResponse, PageError> {
    one(*ids).show(&state, &visitor).await
}

/// Changes one.
pub(super) async fn change(
    state: web::Data<State>,
    visitor: Visitor,
    ids: web::Path<(DistributorId, ContactId)>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    one(*ids).save(&state, &visitor, &sent).await
}

fn one((id, contact): (DistributorId, ContactId)) -> OneContact {
    OneContact {
        of: Of::Distributor(id),
        id: contact,
        base: format!("/distributors/{id}"),
        place: Place::Distributors,
    }
}

async fn answer(
    state: &State,
    visitor: &Visitor,
    id: DistributorId,
    sent: &Sent,
    tried: &str,
    done: Result<(), Refused>,
    said: &str,
) -> Result<HttpResponse, PageError> {
    match done {
        Ok(()) => Ok(see(&format!("/distributors/{id}?said={said}"))),
        Err(refused) => {
            let tried = format!("/distributors/{id}/{tried}");
            super::show::refused(state, visitor, id, refused, &tried, sent).await
        }
    }
}
