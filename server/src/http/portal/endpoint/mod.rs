//! A customer's own server: where it is, how it fares, what it was sent and what it did not take.

mod rotate;
mod save;
mod shelf;
mod show;
mod test;

use actix_web::web;
use serde::Deserialize;

use super::error::PageError;
use crate::forwarding::{Endpoint, EndpointError};
use crate::ground::enums::EndpointState;
use crate::http::State;
use crate::tenancy::{CustomerScope, Scope as _, Tx};

pub(super) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/endpoint").get(show::get).post(save::post))
        .route("/endpoint/test", web::post().to(test::post))
        .route("/endpoint/rotate-secret", web::post().to(rotate::post))
        .route(
            "/endpoint/dead-letters/retry-all",
            web::post().to(shelf::retry_all),
        )
        .route("/endpoint/dead-letters/{id}/retry", web::post().to(shelf::retry));
}

/// Endpoints that want a person: disabled, failing, or with something on the shelf.
pub(super) async fn unwell(state: &State, tx: &Tx<CustomerScope>) -> Result<u64, EndpointError> {
    let mut unwell = 0;
    for endpoint in state.endpoints().list(tx).await? {
        let is_failing =
            endpoint.state == EndpointState::Disabled || endpoint.consecutive_failures >= show::FAILING;
        let shelf = state.endpoints().dead_letters(tx, endpoint.id, None, 1);
        if is_failing || !shelf.await?.is_empty() {
            unwell += 1;
        }
    }
    Ok(unwell)
}

/// A form without fields of its own.
#[derive(Deserialize)]
struct Token {
    #[serde(default)]
    csrf: String,
}

/// The endpoint that the pages show: the customer's first. Further ones are the API's.
async fn first(state: &State, tx: &Tx<CustomerScope>) -> Result<Endpoint, EndpointError> {
    state
        .endpoints()
        .list(tx)
        .await?
        .into_iter()
        .next()
        .ok_or(EndpointError::NotFound)
}

/// The same, in a transaction of its own.
async fn first_of(state: &State, scope: &CustomerScope) -> Result<Endpoint, PageError> {
    Ok(scope
        .run(state.database(), async |tx| first(state, tx).await)
        .await?)
}
