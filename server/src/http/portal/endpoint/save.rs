//! `POST /endpoint`: registers the customer's server, or changes where it is.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::show::{Besides, answer};
use crate::forwarding::{EndpointChange, EndpointError, NewEndpoint};
use crate::ground::enums::EndpointFormat;
use crate::http::State;
use crate::http::portal::error::{PageError, sentence};
use crate::http::portal::local::see;
use crate::http::portal::visitor::Visitor;
use crate::tenancy::{Permission, Scope as _};

#[derive(Deserialize)]
pub(super) struct In {
    #[serde(default)]
    csrf: String,
    url: String,
}

/// The secret of a new endpoint is on the page that answers, and nowhere else.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    form: web::Form<In>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, &form.csrf)?;
    let url = form.into_inner().url;
    let endpoints = state.endpoints();
    let saved = visitor
        .customer_who_may(Permission::ManageEndpoints)?
        .run(state.database(), async |tx| {
            match endpoints.list(tx).await?.into_iter().next() {
                Some(present) => {
                    let change = EndpointChange {
                        url: Some(url.clone()),
                        ..EndpointChange::default()
                    };
                    endpoints.change(tx, present.id, change).await.map(|_| None)
                }
                None => endpoints
                    .register(tx, new(&url))
                    .await
                    .map(|new| Some(new.secret)),
            }
        })
        .await;
    match saved {
        Ok(None) => Ok(see("/endpoint?said=endpoint-saved")),
        Ok(secret) => {
            answer(
                &state,
                &visitor,
                StatusCode::CREATED,
                Besides {
                    secret,
                    ..Besides::default()
                },
            )
            .await
        }
        Err(EndpointError::Address(error)) => {
            let typed = Some((url, sentence(&error.to_string())));
            let besides = Besides {
                typed,
                ..Besides::default()
            };
            answer(&state, &visitor, StatusCode::UNPROCESSABLE_ENTITY, besides).await
        }
        Err(error) => Err(error.into()),
    }
}

fn new(url: &str) -> NewEndpoint {
    NewEndpoint {
        url: url.to_owned(),
        description: String::new(),
        format: EndpointFormat::Canonical,
        batch_max: 1,
    }
}
