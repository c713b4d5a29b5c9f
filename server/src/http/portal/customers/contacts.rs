//! `POST /customers/{id}/contacts`, `…/contacts/remove`, and `…/contacts/{contact}`, which changes one.

use actix_web::{HttpResponse, web};

use crate::ground::ids::{ContactId, CustomerId};
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::Place;
use crate::http::portal::local::see;
use crate::http::portal::organisations::{Contacts, OneContact};
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::registry::contacts::Of;
use crate::registry::organisations;
use crate::tenancy::Scope as _;

/// Adds a contact.
pub(super) async fn add(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<CustomerId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let contacts = Contacts {
        of: Of::Customer(*id),
        sent: &sent,
    };
    let done = in_scope!(visitor.caller(), scope => {
        scope.run(state.database(), async |tx| contacts.add(tx, scope, &state).await).await
    });
    answer(&state, &visitor, *id, &sent, "contacts", done, "contact-added").await
}

/// Removes one.
pub(super) async fn remove(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<CustomerId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let contacts = Contacts {
        of: Of::Customer(*id),
        sent: &sent,
    };
    let done = in_scope!(visitor.caller(), scope => {
        scope
            .run(state.database(), async |tx| {
                organisations::customer(tx, *id).await?;
                contacts.remove(tx, scope).await
            })
            .await
    });
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
    ids: web::Path<(CustomerId, ContactId)>,
) -> Result<HttpResponse, PageError> {
    one(*ids).show(&state, &visitor).await
}

/// Changes one.
pub(super) async fn change(
    state: web::Data<State>,
    visitor: Visitor,
    ids: web::Path<(CustomerId, ContactId)>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    one(*ids).save(&state, &visitor, &sent).await
}

fn one((id, contact): (CustomerId, ContactId)) -> OneContact {
    OneContact {
        of: Of::Customer(id),
        id: contact,
        base: format!("/customers/{id}"),
        place: Place::Customers,
    }
}

async fn answer(
    state: &State,
    visitor: &Visitor,
    id: CustomerId,
    sent: &Sent,
    tried: &str,
    done: Result<(), Refused>,
    said: &str,
) -> Result<HttpResponse, PageError> {
    match done {
        Ok(()) => Ok(see(&format!("/customers/{id}?said={said}"))),
        Err(refused) => {
            let tried = format!("/customers/{id}/{tried}");
            super::show::refused(state, visitor, id, refused, &tried, sent).await
        }
    }
}
