//! `GET /api/v1/customers/{id}`.

use actix_web::{get, web};

use super::Out;
use crate::ground::ids::CustomerId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::organisations;
use crate::tenancy::Scope as _;

/// Look at a customer
#[utoipa::path(get, path = "/customers/{id}", tag = "organisations", security(("token" = [])),
    params(("id" = CustomerId, Path)), responses((status = 200, body = Out), Refused))]
#[get("/customers/{id}")]
pub(super) async fn get(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<CustomerId>,
) -> Result<web::Json<Out>, Problem> {
    let id = id.into_inner();
    let customer = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| organisations::customer_counted(tx, id).await).await
    })?;
    Ok(web::Json(customer.into()))
}
