//! `POST /api/v1/orders/{id}/notes`.

use actix_web::{post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Whole, whole};
use crate::ground::ids::OrderId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrderNoteIn)]
struct In {
    #[schema(max_length = 2000)]
    text: String,
}

/// Write about an order
///
/// Both sides read it.
#[utoipa::path(post, path = "/orders/{id}/notes", tag = "orders", security(("token" = [])), request_body = In, params(("id" = OrderId, Path)), 
    responses((status = 200, body = Whole), Refused))]
#[post("/orders/{id}/notes")]
pub(super) async fn create(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<OrderId>,
    body: web::Json<In>,
) -> Result<web::Json<Whole>, Problem> {
    let In { text } = body.into_inner();
    state.orders().note(&caller, *id, &text).await?;
    Ok(web::Json(whole(&state, &caller, *id).await?))
}
