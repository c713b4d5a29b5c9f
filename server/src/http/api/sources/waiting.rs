//! `GET /api/v1/sources/{id}/waiting`.

use actix_web::{get, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::ground::ids::SourceId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::sources::{self, UnknownDevice};
use crate::tenancy::Scope as _;

#[derive(Serialize, ToSchema)]
#[schema(as = WaitingDevice)]
struct Out {
    /// What the vendor calls it.
    named: String,
    /// How many of its messages wait.
    messages: i64,
    first_at: DateTime<Utc>,
    last_at: DateTime<Utc>,
}

impl From<UnknownDevice> for Out {
    fn from(device: UnknownDevice) -> Self {
        let UnknownDevice {
            named,
            messages,
            first_at,
            last_at,
        } = device;
        Self {
            named,
            messages,
            first_at,
            last_at,
        }
    }
}

/// List the devices that a source spoke of and does not speak for
///
/// Their messages wait in quarantine until they are adopted. Those that were heard last come first; 200 of them.
#[utoipa::path(get, path = "/sources/{id}/waiting", tag = "sources", security(("token" = [])),
    params(("id" = SourceId, Path)), responses((status = 200, body = Vec<Out>), Refused))]
#[get("/sources/{id}/waiting")]
pub(super) async fn list(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<SourceId>,
) -> Result<web::Json<Vec<Out>>, Problem> {
    let waiting = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| sources::waiting(tx, scope, *id).await).await
    })?;
    Ok(web::Json(waiting.into_iter().map(Out::from).collect()))
}
