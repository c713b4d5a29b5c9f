//! `POST /endpoint/dead-letters/{id}/retry` and `…/retry-all`.

use actix_web::{HttpResponse, web};

use super::{Token, first};
use crate::ground::ids::DeliveryId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::local::see;
use crate::http::portal::visitor::Visitor;
use crate::tenancy::{Permission, Scope as _};

/// Takes one delivery off the shelf.
pub(super) async fn retry(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<DeliveryId>,
    form: web::Form<Token>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, &form.csrf)?;
    let scope = visitor.customer_who_may(Permission::ManageEndpoints)?;
    let endpoint = scope
        .run(state.database(), async |tx| {
            let endpoint = first(&state, tx).await?;
            state
                .endpoints()
                .retry(tx, endpoint.id, *id)
                .await
                .map(|()| endpoint.id)
        })
        .await?;
    state.endpoints().nudge(scope.id(), endpoint).await;
    Ok(see("/endpoint?said=retried"))
}

/// Takes everything off the shelf.
pub(super) async fn retry_all(
    state: web::Data<State>,
    visitor: Visitor,
    form: web::Form<Token>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, &form.csrf)?;
    let scope = visitor.customer_who_may(Permission::ManageEndpoints)?;
    let (endpoint, count) = scope
        .run(state.database(), async |tx| {
            let endpoint = first(&state, tx).await?;
            state
                .endpoints()
                .retry_all(tx, endpoint.id)
                .await
                .map(|count| (endpoint.id, count))
        })
        .await?;
    if count == 0 {
        return Ok(see("/endpoint?said=nothing-to-retry"));
    }
    state.endpoints().nudge(scope.id(), endpoint).await;
    Ok(see("/endpoint?said=all-retried"))
}
