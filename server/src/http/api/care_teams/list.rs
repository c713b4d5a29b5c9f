//! `GET /api/v1/care-teams`.

use actix_web::{get, web};

use super::Out;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::ListOut;
use crate::http::auth::ApiCustomer;
use crate::http::problem::Problem;
use crate::registry::sites;
use crate::tenancy::Scope as _;

/// List your care teams by name
///
/// All of them; who is confined to some sites sees those that look after one of these. A customer has 200 at most, so there is one page.
#[utoipa::path(get, path = "/care-teams", tag = "organisations", security(("token" = [])),
    responses((status = 200, body = ListOut<Out>), Refused))]
#[get("/care-teams")]
pub(super) async fn list(
    state: web::Data<State>,
    caller: ApiCustomer,
) -> Result<web::Json<ListOut<Out>>, Problem> {
    let all = caller
        .scope
        .run(state.database(), async |tx| sites::teams(tx).await)
        .await?;
    Ok(web::Json(ListOut::whole(all)))
}
