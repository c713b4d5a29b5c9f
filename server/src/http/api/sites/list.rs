//! `GET /api/v1/sites`.

use actix_web::{get, web};

use super::Out;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::ListOut;
use crate::http::auth::ApiCustomer;
use crate::http::problem::Problem;
use crate::registry::sites;
use crate::tenancy::Scope as _;

/// List your sites by name
///
/// All of them, those that are archived last; who is confined to some sites sees these. A customer has 200 at most, so there is one page.
#[utoipa::path(get, path = "/sites", tag = "organisations", security(("token" = [])),
    responses((status = 200, body = ListOut<Out>), Refused))]
#[get("/sites")]
pub(super) async fn list(
    state: web::Data<State>,
    caller: ApiCustomer,
) -> Result<web::Json<ListOut<Out>>, Problem> {
    let now = state.ground().now();
    let all = caller
        .scope
        .run(state.database(), async |tx| sites::list(tx, now).await)
        .await?;
    Ok(web::Json(ListOut::whole(all)))
}
