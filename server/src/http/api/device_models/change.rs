//! `PATCH /api/v1/device-models/{id}`.

use actix_web::{patch, web};
use serde::Deserialize;
use utoipa::ToSchema;
use vitals::Kind;

use super::Out;
use crate::ground::enums::{self, Report, Transport};
use crate::ground::ids::DeviceModelId;
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiAdmin;
use crate::http::problem::Problem;
use crate::registry::RegistryError;
use crate::registry::models::{self, ModelPatch};
use crate::tenancy::Scope as _;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeviceModelPatch)]
struct Patch {
    #[schema(max_length = 100)]
    name: Option<String>,
    #[schema(value_type = Option<Vec<enums::Kind>>)]
    kinds: Option<Vec<Kind>>,
    transport: Option<Transport>,
    /// What it reports besides: the one thing that changes while there are devices of it.
    #[schema(max_items = 16)]
    reports: Option<Vec<Report>>,
}

/// Change a model; while there are devices of it, what it reports besides alone
#[utoipa::path(patch, path = "/device-models/{id}", tag = "devices", security(("token" = [])), request_body = Patch,
    params(("id" = DeviceModelId, Path)), responses((status = 200, body = Out),
        (status = 409, description = "Devices of it are registered, or the maker has a model of this name"), Refused))]
#[patch("/device-models/{id}")]
pub(super) async fn change(
    state: web::Data<State>,
    admin: ApiAdmin,
    id: web::Path<DeviceModelId>,
    body: web::Json<Patch>,
) -> Result<web::Json<Out>, Problem> {
    let Patch {
        name,
        kinds,
        transport,
        reports,
    } = body.into_inner();
    let id = id.into_inner();
    let work = async |tx: &_| {
        let before = models::get(tx, id).await?;
        let patch = ModelPatch {
            name: name.unwrap_or(before.name),
            kinds: kinds.unwrap_or(before.kinds),
            transport: transport.unwrap_or(before.transport),
            reports: reports.unwrap_or(before.reports),
        };
        models::change(tx, id, patch).await?;
        let devices = models::holdings(tx)
            .await?
            .get(&id)
            .map_or(0, |of_model| of_model.devices);
        Ok::<_, RegistryError>((models::get(tx, id).await?, devices))
    };
    let (model, devices) = admin.scope.run(state.database(), work).await?;
    Ok(web::Json(Out::of(model, devices)))
}
