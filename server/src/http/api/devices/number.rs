//! `PATCH /api/v1/devices/{id}/numbers`.

use actix_web::{patch, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Out;
use crate::ground::ids::DeviceId;
use crate::http::State;
use crate::http::api::given::{Given, given, text};
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiAdmin;
use crate::http::problem::Problem;
use crate::registry::faults::whole;
use crate::registry::{Change, NumbersPatch, configure, devices};
use crate::tenancy::Scope as _;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NumbersPatch)]
struct Patch {
    /// Its modem's number: 15 digits, or 14 without the check digit, or 16 with a version; null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    imei: Given<String>,
    /// Its radio's address, however it is written; null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    mac: Given<String>,
    /// Its SIM card's number, 18 to 20 digits; null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    iccid: Given<String>,
    /// What it runs; null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 64)]
    firmware: Given<String>,
}

/// Change what is printed on a device, and what it runs
#[utoipa::path(patch, path = "/devices/{id}/numbers", tag = "devices", security(("token" = [])), request_body = Patch,
    params(("id" = DeviceId, Path)),
    responses((status = 200, body = Out), (status = 409, description = "Another device has this IMEI"), Refused))]
#[patch("/devices/{id}/numbers")]
pub(super) async fn number(
    state: web::Data<State>,
    admin: ApiAdmin,
    id: web::Path<DeviceId>,
    body: web::Json<Patch>,
) -> Result<web::Json<Out>, Problem> {
    let Patch {
        imei,
        mac,
        iccid,
        firmware,
    } = body.into_inner();
    let patch = whole!(NumbersPatch {
        imei: Change::typed("imei", text(imei.as_ref())),
        mac: Change::typed("mac", text(mac.as_ref())),
        iccid: Change::typed("iccid", text(iccid.as_ref())),
        firmware: Change::typed("firmware", text(firmware.as_ref())),
    })?;
    let id = id.into_inner();
    let work = async |tx: &_| {
        configure::number(tx, &admin.scope, state.ground(), id, &patch).await?;
        devices::get(tx, id).await
    };
    let device = admin.scope.run(state.database(), work).await?;
    Ok(web::Json(device.into()))
}
