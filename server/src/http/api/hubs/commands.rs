//! `GET /api/v1/hubs/{id}/commands`.

use actix_web::{get, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::ground::enums::{HubCommandKind, HubCommandState};
use crate::ground::ids::{HubCommandId, HubId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::ListOut;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::fleet::{self, Command};
use crate::tenancy::Scope as _;

#[derive(Serialize, ToSchema)]
#[schema(as = HubCommand)]
struct CommandOut {
    id: HubCommandId,
    kind: HubCommandKind,
    state: HubCommandState,
    /// The name of who asked; null where the caller may not know them.
    #[schema(required)]
    made_by: Option<String>,
    created_at: DateTime<Utc>,
    /// When the hub was first told.
    #[schema(required)]
    sent_at: Option<DateTime<Utc>>,
    /// When it ended.
    #[schema(required)]
    done_at: Option<DateTime<Utc>>,
    /// What came of it in the hub's words, for the customer's own people; null for others.
    #[schema(required)]
    detail: Option<String>,
}

impl From<Command> for CommandOut {
    fn from(command: Command) -> Self {
        let Command {
            id,
            kind,
            state,
            made_by,
            created_at,
            sent_at,
            done_at,
            detail,
        } = command;
        Self {
            id,
            kind,
            state,
            made_by,
            created_at,
            sent_at,
            done_at,
            detail,
        }
    }
}

/// See what a hub was asked to do
///
/// The last commands, newest first, on one page.
#[utoipa::path(get, path = "/hubs/{id}/commands", tag = "hubs", security(("token" = [])), params(("id" = HubId, Path)),
    responses((status = 200, body = ListOut<CommandOut>), Refused))]
#[get("/hubs/{id}/commands")]
pub(super) async fn list(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<HubId>,
) -> Result<web::Json<ListOut<CommandOut>>, Problem> {
    let id = id.into_inner();
    let commands = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| fleet::commands(tx, state.ground(), id).await).await
    })?;
    Ok(web::Json(ListOut::whole(commands)))
}
