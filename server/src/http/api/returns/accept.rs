//! `POST /api/v1/returns/{id}/accept`.

use actix_web::{post, web};

use super::{Whole, whole};
use crate::ground::ids::ReturnId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;

/// Accept a return
///
/// From now on nothing else can be done with its devices and hubs.
#[utoipa::path(post, path = "/returns/{id}/accept", tag = "orders", security(("token" = [])), params(("id" = ReturnId, Path)), 
    responses((status = 200, body = Whole), (status = 409, description = "It was answered, or some of it is no longer in the distributor's stock"), Refused))]
#[post("/returns/{id}/accept")]
pub(super) async fn accept(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<ReturnId>,
) -> Result<web::Json<Whole>, Problem> {
    state.orders().accept_return(&caller, *id).await?;
    Ok(web::Json(whole(&state, &caller, *id).await?))
}
