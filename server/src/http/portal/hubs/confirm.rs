//! `POST /hubs/{id}/confirm`: a person has compared the fingerprint.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::ground::ids::HubId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::local::see;
use crate::http::portal::visitor::Visitor;
use crate::registry::hubs;
use crate::tenancy::Scope as _;

#[derive(Deserialize)]
pub(super) struct In {
    #[serde(default)]
    csrf: String,
    fingerprint: String,
}

/// Confirms the key that the person saw; another one that came meanwhile is not confirmed.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<HubId>,
    form: web::Form<In>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, &form.csrf)?;
    let scope = visitor.customer()?;
    scope
        .run(state.database(), async |tx| {
            hubs::confirm(tx, scope, state.ground(), *id, &form.fingerprint).await
        })
        .await?;
    Ok(see("/hubs?said=hub-confirmed"))
}
