//! `POST /api/v1/device-models`.

use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use utoipa::ToSchema;
use vitals::{Kind, Maker};

use super::Out;
use crate::ground::enums::{self, Report, Transport};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiAdmin;
use crate::http::problem::Problem;
use crate::registry::models::{self, NewModel};
use crate::tenancy::Scope as _;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeviceModelIn)]
struct In {
    #[schema(value_type = String, max_length = 64)]
    maker: Maker,
    #[schema(max_length = 100)]
    name: String,
    #[schema(value_type = Vec<enums::Kind>)]
    kinds: Vec<Kind>,
    transport: Transport,
    /// What it reports besides the main value of each kind.
    #[serde(default)]
    #[schema(max_items = 16)]
    reports: Vec<Report>,
}

/// Add a model to the catalogue
#[utoipa::path(post, path = "/device-models", tag = "devices", security(("token" = [])), request_body = In,
    responses((status = 201, body = Out), (status = 409, description = "The maker has a model of this name"), Refused))]
#[post("/device-models")]
pub(super) async fn create(
    state: web::Data<State>,
    admin: ApiAdmin,
    body: web::Json<In>,
) -> Result<HttpResponse, Problem> {
    let In {
        maker,
        name,
        kinds,
        transport,
        reports,
    } = body.into_inner();
    let new = NewModel {
        maker,
        name,
        kinds,
        transport,
        reports,
    };
    let work = async |tx: &_| models::create(tx, state.ground(), new).await;
    let model = admin.scope.run(state.database(), work).await?;
    Ok(HttpResponse::Created().json(Out::of(model, 0)))
}
