//! `POST /api/v1/orders/{id}/allocate`.

use actix_web::{post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Whole, whole};
use crate::ground::ids::{OrderId, OrderLineId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::orders::Serials;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrderAllocateIn)]
struct In {
    /// These. Without them: the next ones of the inventory.
    #[schema(max_items = 500)]
    serials: Option<Vec<String>>,
    /// Of this line; without it, of every line that wants some.
    line_id: Option<OrderLineId>,
    /// At most so many of each line; without it, all that are wanted.
    #[schema(minimum = 1)]
    count: Option<i64>,
}

/// Find serials for an order
///
/// The named ones, all of them or none; or the next ones of the inventory, as many as there are. At most 500 at once. What
/// is found is reserved: nothing else can be done with it until it is released, shipped or the order cancelled.
#[utoipa::path(post, path = "/orders/{id}/allocate", tag = "orders", security(("token" = [])), request_body = In, params(("id" = OrderId, Path)), 
    responses((status = 200, body = Whole), (status = 409, description = "It wants no more, or the inventory has none"), Refused))]
#[post("/orders/{id}/allocate")]
pub(super) async fn allocate(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<OrderId>,
    body: web::Json<In>,
) -> Result<web::Json<Whole>, Problem> {
    let In {
        serials,
        line_id,
        count,
    } = body.into_inner();
    let serials = match serials {
        Some(named) => Serials::Named(named),
        None => Serials::Next { line: line_id, count },
    };
    state.orders().allocate(&caller, *id, serials).await?;
    Ok(web::Json(whole(&state, &caller, *id).await?))
}
