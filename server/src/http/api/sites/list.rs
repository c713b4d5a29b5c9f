//! `GET /api/v1/sites`.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::Out;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCustomer;
use crate::http::problem::Problem;
use crate::registry::sites;
use crate::tenancy::Scope as _;

#[derive(Serialize, ToSchema)]
#[schema(as = Sites)]
struct ListOut {
    data: Vec<Out>,
}

/// List your sites by name
///
/// All of them, those that are archived last; who is confined to some sites sees these. A customer has 200 at most.
#[utoipa::path(get, path = "/sites", tag = "organisations", security(("token" = [])),
    responses((status = 200, body = ListOut), Refused))]
#[get("/sites")]
pub(super) async fn list(
    state: web::Data<State>,
    caller: ApiCustomer,
) -> Result<web::Json<ListOut>, Problem> {
    let now = state.ground().now();
    let all = caller
        .scope
        .run(state.database(), async |tx| sites::list(tx, now).await)
        .await?;
    Ok(web::Json(ListOut {
        data: all.into_iter().map(Out::from).collect(),
    }))
}
