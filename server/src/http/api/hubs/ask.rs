//! `POST /api/v1/hubs/{id}/commands`.

use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ground::enums::HubCommandKind;
use crate::ground::ids::{HubCommandId, HubId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::fleet;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HubCommandIn)]
struct In {
    kind: HubCommandKind,
}

#[derive(Serialize, ToSchema)]
#[schema(as = HubCommandMade)]
struct Out {
    id: HubCommandId,
}

/// Ask a hub to do something
///
/// It hears of it with its next heartbeat, within a minute as a rule, and has a day.
#[utoipa::path(post, path = "/hubs/{id}/commands", tag = "hubs", security(("token" = [])), request_body = In,
    params(("id" = HubId, Path)),
    responses((status = 201, body = Out), (status = 409, description = "It is not active, or has enough to do"), Refused))]
#[post("/hubs/{id}/commands")]
pub(super) async fn ask(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<HubId>,
    body: web::Json<In>,
) -> Result<HttpResponse, Problem> {
    let In { kind } = body.into_inner();
    let hub = id.into_inner();
    let id =
        in_scope!(caller, scope => fleet::ask(state.ground(), state.database(), scope, hub, kind).await)?;
    Ok(HttpResponse::Created().json(Out { id }))
}
