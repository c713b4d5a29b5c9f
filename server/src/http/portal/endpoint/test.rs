//! `POST /endpoint/test`: sends a test event the way every event goes.

use actix_web::{HttpResponse, web};

use super::{Token, first_of};
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::local::see;
use crate::http::portal::visitor::Visitor;
use crate::tenancy::Permission;

/// The attempt appears in the log of the page that follows.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    form: web::Form<Token>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, &form.csrf)?;
    let scope = visitor.customer_who_may(Permission::ManageEndpoints)?;
    let endpoint = first_of(&state, scope).await?;
    state.endpoints().send_test(scope, endpoint.id).await?;
    Ok(see("/endpoint?said=test-sent"))
}
