//! `GET /api/v1/distributors/{id}/history`.

use actix_web::{get, web};

use super::unseen;
use crate::ground::ids::DistributorId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::past::PastOut;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::CallerScope;
use crate::registry::organisations::{self, SeesDistributors};
use crate::registry::past::{self, PastEvent, Whose};
use crate::tenancy::{Database, Scope};

/// See what became of a distributor
///
/// When it was added, renamed, suspended, closed and served again, and who did it; the newest first, a hundred at most.
#[utoipa::path(get, path = "/distributors/{id}/history", tag = "organisations", security(("token" = [])),
    params(("id" = DistributorId, Path)), responses((status = 200, body = PastOut), Refused))]
#[get("/distributors/{id}/history")]
pub(super) async fn history(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<DistributorId>,
) -> Result<web::Json<PastOut>, Problem> {
    let id = id.into_inner();
    let events = match &caller.scope {
        CallerScope::Admin(scope) => told(scope, state.database(), id).await?,
        CallerScope::Finance(scope) => told(scope, state.database(), id).await?,
        CallerScope::Distributor(_) | CallerScope::Customer(_) => return Err(unseen()),
    };
    Ok(web::Json(events.into()))
}

async fn told<S: Scope + SeesDistributors>(
    scope: &S,
    database: &Database,
    id: DistributorId,
) -> Result<Vec<PastEvent>, Problem> {
    scope
        .run(database, async |tx| {
            organisations::distributor(tx, id).await?;
            Ok(past::of(tx, Whose::Distributor(id)).await?)
        })
        .await
}
