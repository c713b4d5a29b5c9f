//! `GET /api/v1/endpoints`.

use actix_web::{get, web};

use super::Out;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::ListOut;
use crate::http::auth::ApiCustomer;
use crate::http::problem::Problem;
use crate::tenancy::Scope as _;

/// List endpoints, oldest first
///
/// A customer has at most 20, so there is one page.
#[utoipa::path(get, path = "/endpoints", tag = "endpoints", security(("token" = [])),
    responses((status = 200, body = ListOut<Out>), Refused))]
#[get("/endpoints")]
pub(super) async fn list(
    state: web::Data<State>,
    customer: ApiCustomer,
) -> Result<web::Json<ListOut<Out>>, Problem> {
    let found = customer
        .scope
        .run(state.database(), async |tx| state.endpoints().list(tx).await)
        .await?;
    Ok(web::Json(ListOut::whole(found)))
}
