//! `POST /logout`.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::error::PageError;
use super::local::see;
use super::visitor::Visitor;
use crate::http::State;
use crate::http::auth::no_session_cookie;

#[derive(Deserialize)]
pub(super) struct In {
    #[serde(default)]
    csrf: String,
}

/// Ends the session, here and in the database.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    form: web::Form<In>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, &form.csrf)?;
    state.identity().sign_out(visitor.secret()).await?;
    let mut response = see("/login?said=signed-out");
    response
        .add_cookie(&no_session_cookie(state.site()))
        .map_err(|error| PageError::internal(&error))?;
    Ok(response)
}
