//! `POST /api/v1/returns/{id}/send`.

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
#[schema(as = ReturnSendIn)]
struct In {
    #[schema(max_length = 60, example = "UPS")]
    carrier: String,
    /// The carrier's number for it, 4 to 40 letters and digits.
    tracking: Option<String>,
}

/// Say that a return is on its way
#[utoipa::path(post, path = "/returns/{id}/send", tag = "orders", security(("token" = [])), request_body = In, params(("id" = ReturnId, Path)), 
    responses((status = 200, body = Whole), (status = 409, description = "It was not accepted, or is on its way"), Refused))]
#[post("/returns/{id}/send")]
pub(super) async fn send(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<ReturnId>,
    body: web::Json<In>,
) -> Result<web::Json<Whole>, Problem> {
    let In { carrier, tracking } = body.into_inner();
    let by = (carrier.as_str(), tracking.as_deref());
    state.orders().send_return(&caller, *id, by).await?;
    Ok(web::Json(whole(&state, &caller, *id).await?))
}
