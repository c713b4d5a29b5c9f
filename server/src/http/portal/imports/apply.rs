//! `POST /imports/{id}/apply` and `…/cancel`.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::ground::ids::ImportId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::local::see;
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::registry::{RegistryError, imports};

#[derive(Deserialize)]
pub(super) struct In {
    #[serde(default)]
    csrf: String,
}

/// Has it imported, whole or not at all. The page tells how far it is.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<ImportId>,
    form: web::Form<In>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, &form.csrf)?;
    let (ground, database) = (state.ground(), state.database());
    let done = in_scope!(visitor.caller(), scope => imports::apply(ground, database, scope, *id).await);
    seen(*id, done)
}

/// Gives it up.
pub(super) async fn cancel(
    state: web::Data<State>,
    visitor: Visitor,
    id: web::Path<ImportId>,
    form: web::Form<In>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, &form.csrf)?;
    let (ground, database) = (state.ground(), state.database());
    let done = in_scope!(visitor.caller(), scope => imports::cancel(ground, database, scope, *id).await);
    seen(*id, done)
}

/// The import's page says how it stands, also where somebody else was faster.
fn seen(id: ImportId, done: Result<(), RegistryError>) -> Result<HttpResponse, PageError> {
    match done {
        Ok(()) | Err(RegistryError::Conflict(_)) => Ok(see(&format!("/imports/{id}"))),
        Err(error) => Err(error.into()),
    }
}
