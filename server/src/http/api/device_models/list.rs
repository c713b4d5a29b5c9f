//! `GET /api/v1/device-models`.

use actix_web::{get, web};

use super::Out;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::api::paging::{ListOut, PageQuery};
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::{RegistryError, models};
use crate::tenancy::Scope as _;

/// List the models by maker and name
#[utoipa::path(get, path = "/device-models", tag = "devices", security(("token" = [])), params(PageQuery),
    responses((status = 200, body = ListOut<Out>), Refused))]
#[get("/device-models")]
pub(super) async fn list(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    query: web::Query<PageQuery>,
) -> Result<web::Json<ListOut<Out>>, Problem> {
    let ask = query.into_inner().ask()?;
    let (page, held) = in_scope!(caller, scope => {
        scope.run(state.database(), async |tx| {
            Ok::<_, RegistryError>((models::list(tx, &ask).await?, models::holdings(tx).await?))
        })
        .await
    })?;
    let devices = |id| held.get(&id).map_or(0, |of_model| of_model.devices);
    Ok(web::Json(ListOut::of(page, |model| {
        let devices = devices(model.id);
        Out::of(model, devices)
    })))
}
