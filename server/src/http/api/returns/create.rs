//! `POST /api/v1/returns`.

use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Whole, whole};
use crate::ground::enums::ReturnReason;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::orders::returns::NewReturn;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReturnIn)]
struct In {
    /// Chosen by you, once for each return: the same again makes no second one. Made here where it is left out.
    request_id: Option<Uuid>,
    reason: ReturnReason,
    /// Devices and hubs of your stock.
    #[schema(min_items = 1, max_items = 500)]
    serials: Vec<String>,
    /// What else is to be said.
    #[schema(max_length = 2000)]
    note: Option<String>,
}

/// Ask to send devices and hubs back
#[utoipa::path(post, path = "/returns", tag = "orders", security(("token" = [])), request_body = In,
    responses((status = 201, body = Whole), (status = 409, description = "Some of it is in another open return"), Refused))]
#[post("/returns")]
pub(super) async fn create(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    body: web::Json<In>,
) -> Result<HttpResponse, Problem> {
    let In {
        request_id,
        reason,
        serials,
        note,
    } = body.into_inner();
    let new = NewReturn {
        token: request_id.unwrap_or_else(|| state.ground().id()),
        reason,
        serials,
        note,
    };
    let id = state.orders().ask_return(&caller, new).await?;
    Ok(HttpResponse::Created().json(whole(&state, &caller, id).await?))
}
