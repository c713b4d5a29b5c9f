//! `POST /api/v1/orders`.

use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Whole, whole};
use crate::ground::ids::DeviceModelId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::orders::{NewDelivery, NewOrder, Wanted};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrderIn)]
struct In {
    /// Chosen by you, once for each order: the same again makes no second one. Made here where it is left out.
    request_id: Option<Uuid>,
    /// The same model twice counts as one line.
    #[schema(min_items = 1, max_items = 50)]
    lines: Vec<LineIn>,
    delivery: DeliveryIn,
    /// Your own word for it.
    #[schema(max_length = 100)]
    reference: Option<String>,
    /// What else is to be said.
    #[schema(max_length = 2000)]
    note: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrderLineIn)]
struct LineIn {
    /// The model; null or left out: hubs.
    model_id: Option<DeviceModelId>,
    #[schema(minimum = 1, maximum = 10000)]
    quantity: i32,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrderDeliveryIn)]
struct DeliveryIn {
    #[schema(max_length = 200)]
    name: String,
    #[schema(max_length = 200)]
    contact: Option<String>,
    phone: Option<String>,
    #[schema(max_length = 200)]
    street: String,
    #[schema(max_length = 20)]
    postal_code: Option<String>,
    #[schema(max_length = 100)]
    city: String,
    #[schema(max_length = 100)]
    region: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[schema(example = "US")]
    country: String,
}

/// Order devices and hubs
#[utoipa::path(post, path = "/orders", tag = "orders", security(("token" = [])), request_body = In,
    responses((status = 201, body = Whole), (status = 409, description = "200 orders are open"), Refused))]
#[post("/orders")]
pub(super) async fn create(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    body: web::Json<In>,
) -> Result<HttpResponse, Problem> {
    let In {
        request_id,
        lines,
        delivery,
        reference,
        note,
    } = body.into_inner();
    let wanted = lines.into_iter().map(|LineIn { model_id, quantity }| Wanted {
        model: model_id,
        quantity,
    });
    let DeliveryIn {
        name,
        contact,
        phone,
        street,
        postal_code,
        city,
        region,
        country,
    } = delivery;
    let new = NewOrder {
        token: request_id.unwrap_or_else(|| state.ground().id()),
        wanted: wanted.collect(),
        delivery: NewDelivery {
            name,
            contact,
            phone,
            street,
            postal_code,
            city,
            region,
            country,
        },
        reference,
        note,
    };
    let id = state.orders().place(&caller, new).await?;
    Ok(HttpResponse::Created().json(whole(&state, &caller, id).await?))
}
