//! `GET /api/v1/devices/{id}/history`.

use actix_web::{get, web};

use crate::ground::ids::DeviceId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::periods::HistoryOut;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::life;
use crate::tenancy::Scope as _;

/// See who had a device, and when
///
/// The newest period first. A customer sees its own, a distributor those of its stock and its customers; who had the device
/// once still sees when. Beside the periods stand the changes of its state that no period tells of.
#[utoipa::path(get, path = "/devices/{id}/history", tag = "devices", security(("token" = [])), params(("id" = DeviceId, Path)),
    responses((status = 200, body = HistoryOut), Refused))]
#[get("/devices/{id}/history")]
pub(super) async fn history(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    id: web::Path<DeviceId>,
) -> Result<web::Json<HistoryOut>, Problem> {
    let id = id.into_inner();
    let life = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| life::of_device(tx, scope, id).await).await
    })?;
    let life = life::told(state.database(), life).await?;
    Ok(web::Json(life.into()))
}
