//! `/api/v1/organisation/contacts`.

use actix_web::{HttpResponse, delete, get, patch, post, web};

use super::{In, Out, Patch};
use crate::ground::ids::ContactId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::organisation::nobody_s;
use crate::http::api::paging::ListOut;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::CallerScope;
use crate::registry::contacts::{self, Of};
use crate::tenancy::Scope as _;

/// Runs the same work for a customer's and for a distributor's people, each about their own.
macro_rules! own {
    ($state:ident, $caller:ident, $scope:ident, $of:ident => $customer:expr, $distributor:expr) => {
        match &$caller.scope {
            CallerScope::Customer($scope) => {
                let $of = Of::Customer($scope.id());
                $scope.run($state.database(), $customer).await
            }
            CallerScope::Distributor($scope) => {
                let $of = Of::Distributor($scope.id());
                $scope.run($state.database(), $distributor).await
            }
            CallerScope::Admin(_) | CallerScope::Finance(_) => return Err(nobody_s()),
        }
    };
}

/// List the contacts of the organisation that you work for
#[utoipa::path(get, path = "/organisation/contacts", tag = "organisations", security(("token" = [])),
    responses((status = 200, body = ListOut<Out>), Refused))]
#[get("/organisation/contacts")]
pub(super) async fn list(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
) -> Result<web::Json<ListOut<Out>>, Problem> {
    let all = own!(state, caller, scope, _of =>
        async |tx| contacts::of_customer(tx, scope.id()).await,
        async |tx| contacts::of_distributor(tx, scope.id()).await
    )?;
    Ok(web::Json(ListOut::whole(all)))
}

/// Add a contact to the organisation that you work for
#[utoipa::path(post, path = "/organisation/contacts", tag = "organisations", security(("token" = [])),
    request_body = In, responses((status = 201, body = Out), Refused))]
#[post("/organisation/contacts")]
pub(super) async fn add(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    body: web::Json<In>,
) -> Result<HttpResponse, Problem> {
    let (new, ground) = (body.into_inner().typed()?, state.ground());
    let contact = own!(state, caller, scope, of =>
        async |tx| {
            let id = contacts::add_to_customer(tx, scope, ground, scope.id(), &new).await?;
            contacts::get(tx, of, id).await
        },
        async |tx| {
            let id = contacts::add_to_distributor(tx, scope, ground, scope.id(), &new).await?;
            contacts::get(tx, of, id).await
        }
    )?;
    Ok(HttpResponse::Created().json(Out::from(contact)))
}

/// Change a contact of the organisation that you work for
#[utoipa::path(patch, path = "/organisation/contacts/{id}", tag = "organisations", security(("token" = [])),
    request_body = Patch, params(("id" = ContactId, Path)), responses((status = 200, body = Out), Refused))]
#[patch("/organisation/contacts/{id}")]
pub(super) async fn change(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<ContactId>,
    body: web::Json<Patch>,
) -> Result<web::Json<Out>, Problem> {
    let (id, patch) = (id.into_inner(), body.into_inner().typed()?);
    let contact = own!(state, caller, scope, of =>
        async |tx| {
            contacts::change(tx, scope, of, id, &patch).await?;
            contacts::get(tx, of, id).await
        },
        async |tx| {
            contacts::change(tx, scope, of, id, &patch).await?;
            contacts::get(tx, of, id).await
        }
    )?;
    Ok(web::Json(contact.into()))
}

/// Remove a contact of the organisation that you work for
#[utoipa::path(delete, path = "/organisation/contacts/{id}", tag = "organisations", security(("token" = [])),
    params(("id" = ContactId, Path)), responses((status = 204), Refused))]
#[delete("/organisation/contacts/{id}")]
pub(super) async fn remove(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<ContactId>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    own!(state, caller, scope, of =>
        async |tx| contacts::remove(tx, scope, of, id).await,
        async |tx| contacts::remove(tx, scope, of, id).await
    )?;
    Ok(HttpResponse::NoContent().finish())
}
