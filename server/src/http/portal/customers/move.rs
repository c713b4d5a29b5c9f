//! `POST /customers/{id}/distributor`: into another portfolio, with all that it holds.

use actix_web::{HttpResponse, web};

use crate::ground::ids::CustomerId;
use crate::http::State;
use crate::http::portal::choose;
use crate::http::portal::error::{PageError, sentence};
use crate::http::portal::local::see;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::registry::{RegistryError, organisations};
use crate::tenancy::Scope as _;

/// Moves the customer.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<CustomerId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    match move_it(&state, &visitor, *id, &sent).await {
        Ok(()) => Ok(see(&format!("/customers/{id}?said=customer-moved"))),
        Err(refused) => {
            let tried = format!("/customers/{id}/distributor");
            super::show::refused(&state, &visitor, *id, refused, &tried, &sent).await
        }
    }
}

async fn move_it(state: &State, visitor: &Visitor, id: CustomerId, sent: &Sent) -> Result<(), Refused> {
    let scope = visitor.admin()?;
    let chosen = async |tx: &_| choose::distributor(tx, sent, "distributor").await;
    let distributor = scope.run(state.database(), chosen).await?;
    let moved = organisations::move_customer(state.database(), scope, state.ground(), id, distributor).await;
    moved.map_err(|error| match error {
        // The form asks for no name: it is the distributor that does not fit.
        RegistryError::Invalid { field: "name", why } => Refused::at("distributor", sentence(&why)),
        error => error.into(),
    })
}
