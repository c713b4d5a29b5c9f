//! `POST /api/v1/endpoints/{id}/test`.

use actix_web::{HttpResponse, post, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::forwarding::webhook_id;
use crate::ground::ids::EndpointId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCustomer;
use crate::http::problem::Problem;

#[derive(Serialize, ToSchema)]
#[schema(as = TestSent)]
struct Out {
    /// What the endpoint gets as `webhook-id`, and the log shows.
    webhook_id: String,
}

/// Send a test event
///
/// It goes the way every event goes; the attempt log shows what became of it.
#[utoipa::path(post, path = "/endpoints/{id}/test", tag = "endpoints", security(("token" = [])),
    params(("id" = EndpointId, Path)), responses((status = 202, body = Out), Refused))]
#[post("/endpoints/{id}/test")]
pub(super) async fn send(
    state: web::Data<State>,
    customer: ApiCustomer,
    id: web::Path<EndpointId>,
) -> Result<HttpResponse, Problem> {
    let delivery = state
        .endpoints()
        .send_test(&customer.scope, id.into_inner())
        .await?;
    Ok(HttpResponse::Accepted().json(Out {
        webhook_id: webhook_id(delivery),
    }))
}
