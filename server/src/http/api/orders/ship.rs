//! `POST /api/v1/orders/{id}/ship`.

use actix_web::{post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Whole, whole};
use crate::ground::ids::OrderId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::orders::NewParcel;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrderShipIn)]
struct In {
    #[schema(max_length = 60, example = "UPS")]
    carrier: String,
    /// The carrier's number for it, 4 to 40 letters and digits.
    tracking: Option<String>,
    #[schema(max_items = 500)]
    serials: Option<Vec<String>>,
}

/// Ship a parcel
///
/// With the named serials, or with all that are allocated; at most 500.
#[utoipa::path(post, path = "/orders/{id}/ship", tag = "orders", security(("token" = [])), request_body = In, params(("id" = OrderId, Path)), 
    responses((status = 200, body = Whole), (status = 409, description = "There is nothing to send"), Refused))]
#[post("/orders/{id}/ship")]
pub(super) async fn ship(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<OrderId>,
    body: web::Json<In>,
) -> Result<web::Json<Whole>, Problem> {
    let In {
        carrier,
        tracking,
        serials,
    } = body.into_inner();
    let parcel = NewParcel {
        carrier,
        tracking,
        serials,
    };
    state.orders().ship(&caller, *id, parcel).await?;
    Ok(web::Json(whole(&state, &caller, *id).await?))
}
