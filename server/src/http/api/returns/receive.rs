//! `POST /api/v1/returns/{id}/receive`.

use actix_web::{post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Whole, whole};
use crate::ground::ids::ReturnId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::orders::returns::CameBack;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReturnReceiveIn)]
struct In {
    /// Serials that go out of use for good.
    #[schema(max_items = 500)]
    retired: Option<Vec<String>>,
    /// Serials that were not in it: they stay in the distributor's stock.
    #[schema(max_items = 500)]
    missing: Option<Vec<String>>,
    /// In what condition it came: the step says it.
    #[schema(max_length = 500)]
    condition: Option<String>,
}

/// Take in a return
///
/// Everything goes into the inventory but for what is named.
#[utoipa::path(post, path = "/returns/{id}/receive", tag = "orders", security(("token" = [])), request_body = In, params(("id" = ReturnId, Path)), 
    responses((status = 200, body = Whole), (status = 409, description = "It is not on its way"), Refused))]
#[post("/returns/{id}/receive")]
pub(super) async fn receive(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<ReturnId>,
    body: web::Json<In>,
) -> Result<web::Json<Whole>, Problem> {
    let In {
        retired,
        missing,
        condition,
    } = body.into_inner();
    let came = CameBack {
        retired: retired.unwrap_or_default(),
        missing: missing.unwrap_or_default(),
        condition,
    };
    state.orders().receive_return(&caller, *id, came).await?;
    Ok(web::Json(whole(&state, &caller, *id).await?))
}
