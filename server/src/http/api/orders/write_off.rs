//! `POST /api/v1/orders/{id}/write-off`.

use actix_web::{post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Whole, whole};
use crate::ground::ids::OrderId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::orders::{Became, WriteOff};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrderWriteOffIn)]
struct In {
    #[schema(min_items = 1, max_items = 500)]
    serials: Vec<String>,
    /// `lost` takes them out of use for good, `inventory` says that they never left, or came back.
    became: BecameIn,
    /// Whether others are to be sent in their place.
    replace: bool,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = OrderWriteOffBecame)]
enum BecameIn {
    Lost,
    Inventory,
}

/// Write off what did not arrive
///
/// What is missing, or on its way for ever because the carrier lost it or brought it back.
#[utoipa::path(post, path = "/orders/{id}/write-off", tag = "orders", security(("token" = [])), request_body = In, params(("id" = OrderId, Path)), 
    responses((status = 200, body = Whole), (status = 409, description = "The order is over"), Refused))]
#[post("/orders/{id}/write-off")]
pub(super) async fn write_off(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<OrderId>,
    body: web::Json<In>,
) -> Result<web::Json<Whole>, Problem> {
    let In {
        serials,
        became,
        replace,
    } = body.into_inner();
    let became = match became {
        BecameIn::Lost => Became::Lost,
        BecameIn::Inventory => Became::Here,
    };
    let what = WriteOff {
        serials,
        became,
        replace,
    };
    state.orders().write_off(&caller, *id, what).await?;
    Ok(web::Json(whole(&state, &caller, *id).await?))
}
