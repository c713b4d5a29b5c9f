//! `POST /api/v1/cases`.

use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Whole, whole};
use crate::desk::cases::{About, NewCase};
use crate::ground::ids::{CustomerId, DeviceId, HubId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CaseIn)]
struct In {
    /// About this device.
    device_id: Option<DeviceId>,
    /// About this hub.
    hub_id: Option<HubId>,
    /// About this customer. About none of the three: one's own organization.
    customer_id: Option<CustomerId>,
    /// What is the matter.
    #[schema(max_length = 200)]
    title: String,
    /// The first note.
    #[schema(max_length = 4000)]
    text: Option<String>,
}

/// Open a case
///
/// It is of whoever holds the device or the hub now; when that changes hands, the case stays.
#[utoipa::path(post, path = "/cases", tag = "support", security(("token" = [])), request_body = In,
    responses((status = 201, body = Whole), Refused))]
#[post("/cases")]
pub(super) async fn create(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    body: web::Json<In>,
) -> Result<HttpResponse, Problem> {
    let In {
        device_id,
        hub_id,
        customer_id,
        title,
        text,
    } = body.into_inner();
    let about = match (device_id, hub_id, customer_id) {
        (Some(id), None, None) => About::Device(id),
        (None, Some(id), None) => About::Hub(id),
        (None, None, Some(id)) => About::Customer(id),
        (None, None, None) => About::Own,
        _ => return Err(Problem::invalid("device_id", "a case is about one thing")),
    };
    let id = state.desk().open(&caller, NewCase { about, title, text }).await?;
    Ok(HttpResponse::Created().json(whole(&state, &caller, id).await?))
}
