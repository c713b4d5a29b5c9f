//! `POST /api/v1/orders/{id}/receive`.

use actix_web::{post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Whole, whole};
use crate::ground::ids::{OrderId, ParcelId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::orders::Arrived;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrderReceiveIn)]
struct In {
    /// Of this parcel alone.
    parcel_id: Option<ParcelId>,
    /// Serials that were not in it: they stay open until they arrive after all, or are written off.
    #[schema(max_items = 500)]
    missing: Option<Vec<String>>,
}

/// Take in what arrived
///
/// Everything that is on its way, of one parcel or of all, but for what is named as missing. It is in your stock from now on.
#[utoipa::path(post, path = "/orders/{id}/receive", tag = "orders", security(("token" = [])), request_body = In, params(("id" = OrderId, Path)), 
    responses((status = 200, body = Whole), (status = 409, description = "Nothing is on its way"), Refused))]
#[post("/orders/{id}/receive")]
pub(super) async fn receive(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<OrderId>,
    body: web::Json<In>,
) -> Result<web::Json<Whole>, Problem> {
    let In { parcel_id, missing } = body.into_inner();
    let arrived = Arrived::AllBut {
        parcel: parcel_id,
        missing: missing.unwrap_or_default(),
    };
    state.orders().receive(&caller, *id, arrived).await?;
    Ok(web::Json(whole(&state, &caller, *id).await?))
}
