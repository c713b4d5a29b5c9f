//! `POST /api/v1/returns/{id}/decline`.

use actix_web::{post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Whole, whole};
use crate::ground::ids::ReturnId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReturnDeclineIn)]
struct In {
    #[schema(max_length = 2000)]
    reason: String,
}

/// Decline a return
///
/// One that was accepted, too, as long as it was not sent: what was promised to it is free again.
#[utoipa::path(post, path = "/returns/{id}/decline", tag = "orders", security(("token" = [])), request_body = In, params(("id" = ReturnId, Path)), 
    responses((status = 200, body = Whole), (status = 409, description = "It is on its way or over"), Refused))]
#[post("/returns/{id}/decline")]
pub(super) async fn decline(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<ReturnId>,
    body: web::Json<In>,
) -> Result<web::Json<Whole>, Problem> {
    let In { reason } = body.into_inner();
    state.orders().decline_return(&caller, *id, &reason).await?;
    Ok(web::Json(whole(&state, &caller, *id).await?))
}
