//! `GET /api/v1/distributors/{id}`.

use actix_web::{get, web};

use super::{Out, unseen};
use crate::ground::ids::DistributorId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::CallerScope;
use crate::registry::organisations;
use crate::tenancy::Scope as _;

/// Look at a distributor
#[utoipa::path(get, path = "/distributors/{id}", tag = "organisations", security(("token" = [])),
    params(("id" = DistributorId, Path)), responses((status = 200, body = Out), Refused))]
#[get("/distributors/{id}")]
pub(super) async fn get(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<DistributorId>,
) -> Result<web::Json<Out>, Problem> {
    let id = id.into_inner();
    let distributor = match &caller.scope {
        CallerScope::Admin(scope) => {
            scope
                .run(state.database(), async |tx| {
                    organisations::distributor(tx, id).await
                })
                .await?
        }
        CallerScope::Finance(scope) => {
            scope
                .run(state.database(), async |tx| {
                    organisations::distributor(tx, id).await
                })
                .await?
        }
        CallerScope::Distributor(_) | CallerScope::Customer(_) => return Err(unseen()),
    };
    Ok(web::Json(distributor.into()))
}
