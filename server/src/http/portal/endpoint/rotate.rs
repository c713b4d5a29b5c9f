//! `POST /endpoint/rotate-secret`.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::show::{Besides, answer};
use super::{Token, first};
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::visitor::Visitor;
use crate::tenancy::{Permission, Scope as _};

/// Makes a new secret, which is on the page that answers, and nowhere else.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    form: web::Form<Token>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, &form.csrf)?;
    let secret = visitor
        .customer_who_may(Permission::ManageEndpoints)?
        .run(state.database(), async |tx| {
            let endpoint = first(&state, tx).await?;
            state.endpoints().rotate_secret(tx, endpoint.id).await
        })
        .await?;
    let besides = Besides {
        secret: Some(secret),
        ..Besides::default()
    };
    answer(&state, &visitor, StatusCode::OK, besides).await
}
