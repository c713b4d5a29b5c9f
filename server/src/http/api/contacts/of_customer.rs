//! `/api/v1/customers/{id}/contacts`.

use actix_web::{HttpResponse, delete, get, patch, post, web};

use super::{In, Out, Patch};
use crate::ground::ids::{ContactId, CustomerId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::ListOut;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::contacts::{self, Of};
use crate::tenancy::Scope as _;

/// List a customer's contacts
#[utoipa::path(get, path = "/customers/{id}/contacts", tag = "organisations", security(("token" = [])),
    params(("id" = CustomerId, Path)), responses((status = 200, body = ListOut<Out>), Refused))]
#[get("/customers/{id}/contacts")]
pub(super) async fn list(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<CustomerId>,
) -> Result<web::Json<ListOut<Out>>, Problem> {
    let id = id.into_inner();
    let all = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| {
            contacts::of_customer(tx, id).await
        })
        .await
    })?;
    Ok(web::Json(ListOut::whole(all)))
}

/// Add a contact to a customer
#[utoipa::path(post, path = "/customers/{id}/contacts", tag = "organisations", security(("token" = [])),
    request_body = In, params(("id" = CustomerId, Path)), responses((status = 201, body = Out), Refused))]
#[post("/customers/{id}/contacts")]
pub(super) async fn add(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<CustomerId>,
    body: web::Json<In>,
) -> Result<HttpResponse, Problem> {
    let (id, new, ground) = (id.into_inner(), body.into_inner().typed()?, state.ground());
    let contact = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| {
            let contact = contacts::add_to_customer(tx, scope, ground, id, &new).await?; contacts::get(tx, Of::Customer(id), contact).await
        })
        .await
    })?;
    Ok(HttpResponse::Created().json(Out::from(contact)))
}

/// Change a contact of a customer
#[utoipa::path(patch, path = "/customers/{id}/contacts/{contact}", tag = "organisations", security(("token" = [])),
    request_body = Patch, params(("id" = CustomerId, Path), ("contact" = ContactId, Path)),
    responses((status = 200, body = Out), Refused))]
#[patch("/customers/{id}/contacts/{contact}")]
pub(super) async fn change(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    path: web::Path<(CustomerId, ContactId)>,
    body: web::Json<Patch>,
) -> Result<web::Json<Out>, Problem> {
    let ((id, contact), patch) = (path.into_inner(), body.into_inner().typed()?);
    let of = Of::Customer(id);
    let contact = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| {
            contacts::change(tx, scope, of, contact, &patch).await?; contacts::get(tx, of, contact).await
        })
        .await
    })?;
    Ok(web::Json(contact.into()))
}

/// Remove a contact of a customer
#[utoipa::path(delete, path = "/customers/{id}/contacts/{contact}", tag = "organisations", security(("token" = [])),
    params(("id" = CustomerId, Path), ("contact" = ContactId, Path)), responses((status = 204), Refused))]
#[delete("/customers/{id}/contacts/{contact}")]
pub(super) async fn remove(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    path: web::Path<(CustomerId, ContactId)>,
) -> Result<HttpResponse, Problem> {
    let (id, contact) = path.into_inner();
    in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| {
            contacts::remove(tx, scope, Of::Customer(id), contact).await
        })
        .await
    })?;
    Ok(HttpResponse::NoContent().finish())
}
