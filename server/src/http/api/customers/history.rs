//! `GET /api/v1/customers/{id}/history`.

use actix_web::{get, web};

use crate::ground::ids::CustomerId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::past::PastOut;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::organisations;
use crate::registry::past::{self, Whose};
use crate::tenancy::Scope as _;

/// See what became of a customer
///
/// When it was added, renamed, suspended, closed, served again and moved, and who did it; the newest first, a hundred at most.
/// A distributor sees its own time of a customer that was moved; a customer's people see their own, and of others whose
/// people they were.
#[utoipa::path(get, path = "/customers/{id}/history", tag = "organisations", security(("token" = [])),
    params(("id" = CustomerId, Path)), responses((status = 200, body = PastOut), Refused))]
#[get("/customers/{id}/history")]
pub(super) async fn history(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<CustomerId>,
) -> Result<web::Json<PastOut>, Problem> {
    let id = id.into_inner();
    let events = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| {
            organisations::customer(tx, id).await?;
            past::of(tx, Whose::Customer(id)).await
        }).await
    })?;
    Ok(web::Json(events.into()))
}
