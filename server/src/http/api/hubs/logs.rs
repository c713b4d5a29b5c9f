//! `GET /api/v1/hubs/{id}/logs`.

use actix_web::{get, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::ground::ids::{HubCommandId, HubId, HubLogId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::ListOut;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::fleet::{self, Log};
use crate::tenancy::Scope as _;

#[derive(Serialize, ToSchema)]
#[schema(as = HubLog)]
struct LogOut {
    id: HubLogId,
    /// What asked for it.
    command_id: HubCommandId,
    received_at: DateTime<Utc>,
    bytes: i32,
}

impl From<Log> for LogOut {
    fn from(log: Log) -> Self {
        let Log {
            id,
            command,
            received_at,
            bytes,
        } = log;
        Self {
            id,
            command_id: command,
            received_at,
            bytes,
        }
    }
}

/// List the logs that a hub sent
///
/// The last five are kept, for seven days; newest first, on one page.
#[utoipa::path(get, path = "/hubs/{id}/logs", tag = "hubs", security(("token" = [])), params(("id" = HubId, Path)),
    responses((status = 200, body = ListOut<LogOut>), Refused))]
#[get("/hubs/{id}/logs")]
pub(super) async fn list(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<HubId>,
) -> Result<web::Json<ListOut<LogOut>>, Problem> {
    let id = id.into_inner();
    let logs = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| fleet::logs(tx, id).await).await
    })?;
    Ok(web::Json(ListOut::whole(logs)))
}
