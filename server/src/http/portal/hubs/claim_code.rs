//! `POST /hubs/{id}/claim-code`: a code with which a hub claims itself.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::rows::claim;
use crate::ground::ids::HubId;
use crate::http::State;
use crate::http::portal::admin;
use crate::http::portal::error::PageError;
use crate::http::portal::visitor::Visitor;
use crate::identity::CallerScope;
use crate::registry::claim::{self as claims};
use crate::registry::hubs::Hub;
use crate::registry::{ClaimCode, RegistryError, RegistryScope, hubs};

#[derive(Deserialize)]
pub(super) struct In {
    #[serde(default)]
    csrf: String,
}

/// The code is on the page that answers, and nowhere else.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<HubId>,
    form: web::Form<In>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, &form.csrf)?;
    match visitor.scope() {
        CallerScope::Customer(scope) => {
            let (hub, code) = make(&state, scope, *id).await?;
            super::list::answer(
                &state,
                &visitor,
                Vec::new(),
                Some(claim(&state, &visitor, &hub, &code)),
            )
            .await
        }
        CallerScope::Admin(scope) => {
            let (hub, code) = make(&state, scope, *id).await?;
            admin::hubs::answer(
                &state,
                &visitor,
                &admin::hubs::Asked::default(),
                Some(claim(&state, &visitor, &hub, &code)),
            )
            .await
        }
        CallerScope::Finance(_) | CallerScope::Distributor(_) => Err(PageError::forbidden()),
    }
}

async fn make<S: RegistryScope>(
    state: &State,
    scope: &S,
    id: HubId,
) -> Result<(Hub, ClaimCode), RegistryError> {
    let (ground, database) = (state.ground(), state.database());
    let code = claims::new_code(ground, database, scope, id).await?;
    let hub = scope.run(database, async |tx| hubs::get(tx, id).await).await?;
    Ok((hub, code))
}
