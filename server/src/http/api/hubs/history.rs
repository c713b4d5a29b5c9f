//! `GET /api/v1/hubs/{id}/history`.

use actix_web::{get, web};

use crate::ground::ids::HubId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::periods::HistoryOut;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::life;
use crate::tenancy::Scope as _;

/// See who had a hub, and when
///
/// The newest period first. A customer sees its own, a distributor those of its stock and its customers; who had the hub
/// once still sees when. Beside the periods stand the changes of its state that no period tells of.
#[utoipa::path(get, path = "/hubs/{id}/history", tag = "hubs", security(("token" = [])), params(("id" = HubId, Path)),
    responses((status = 200, body = HistoryOut), Refused))]
#[get("/hubs/{id}/history")]
pub(super) async fn history(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<HubId>,
) -> Result<web::Json<HistoryOut>, Problem> {
    let id = id.into_inner();
    let life = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| life::of_hub(tx, scope, id).await).await
    })?;
    let life = life::told(state.database(), life).await?;
    Ok(web::Json(life.into()))
}
