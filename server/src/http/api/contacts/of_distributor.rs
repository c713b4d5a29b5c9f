//! `/api/v1/distributors/{id}/contacts`.

use actix_web::{HttpResponse, delete, get, patch, post, web};

use super::{In, Out, Patch};
use crate::ground::ids::{ContactId, DistributorId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::ListOut;
use crate::http::auth::ApiAdmin;
use crate::http::problem::Problem;

use crate::registry::contacts::{self, Of};
use crate::tenancy::Scope as _;

/// List a distributor's contacts
#[utoipa::path(get, path = "/distributors/{id}/contacts", tag = "organisations", security(("token" = [])),
    params(("id" = DistributorId, Path)), responses((status = 200, body = ListOut<Out>), Refused))]
#[get("/distributors/{id}/contacts")]
pub(super) async fn list(
    state: web::Data<State>,
    admin: ApiAdmin,
    id: web::Path<DistributorId>,
) -> Result<web::Json<ListOut<Out>>, Problem> {
    let id = id.into_inner();
    let all = admin
        .scope
        .run(state.database(), async |tx| {
            contacts::of_distributor(tx, id).await
        })
        .await?;
    Ok(web::Json(ListOut::whole(all)))
}

/// Add a contact to a distributor
#[utoipa::path(post, path = "/distributors/{id}/contacts", tag = "organisations", security(("token" = [])),
    request_body = In, params(("id" = DistributorId, Path)), responses((status = 201, body = Out), Refused))]
#[post("/distributors/{id}/contacts")]
pub(super) async fn add(
    state: web::Data<State>,
    admin: ApiAdmin,
    id: web::Path<DistributorId>,
    body: web::Json<In>,
) -> Result<HttpResponse, Problem> {
    let (id, new, ground) = (id.into_inner(), body.into_inner().typed()?, state.ground());
    let contact = admin
        .scope
        .run(state.database(), async |tx| {
            let contact = contacts::add_to_distributor(tx, &admin.scope, ground, id, &new).await?;
            contacts::get(tx, Of::Distributor(id), contact).await
        })
        .await?;
    Ok(HttpResponse::Created().json(Out::from(contact)))
}

/// Change a contact of a distributor
#[utoipa::path(patch, path = "/distributors/{id}/contacts/{contact}", tag = "organisations", security(("token" = [])),
    request_body = Patch, params(("id" = DistributorId, Path), ("contact" = ContactId, Path)),
    responses((status = 200, body = Out), Refused))]
#[patch("/distributors/{id}/contacts/{contact}")]
pub(super) async fn change(
    state: web::Data<State>,
    admin: ApiAdmin,
    path: web::Path<(DistributorId, ContactId)>,
    body: web::Json<Patch>,
) -> Result<web::Json<Out>, Problem> {
    let ((id, contact), patch) = (path.into_inner(), body.into_inner().typed()?);
    let of = Of::Distributor(id);
    let contact = admin
        .scope
        .run(state.database(), async |tx| {
            contacts::change(tx, &admin.scope, of, contact, &patch).await?;
            contacts::get(tx, of, contact).await
        })
        .await?;
    Ok(web::Json(contact.into()))
}

/// Remove a contact of a distributor
#[utoipa::path(delete, path = "/distributors/{id}/contacts/{contact}", tag = "organisations", security(("token" = [])),
    params(("id" = DistributorId, Path), ("contact" = ContactId, Path)), responses((status = 204), Refused))]
#[delete("/distributors/{id}/contacts/{contact}")]
pub(super) async fn remove(
    state: web::Data<State>,
    admin: ApiAdmin,
    path: web::Path<(DistributorId, ContactId)>,
) -> Result<HttpResponse, Problem> {
    let (id, contact) = path.into_inner();
    admin
        .scope
        .run(state.database(), async |tx| {
            contacts::remove(tx, &admin.scope, Of::Distributor(id), contact).await
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
