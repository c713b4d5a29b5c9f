//! `POST /api/v1/devices`.

use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;
use vitals::{DeviceKey, Maker, Serial};

use super::Out;
use crate::ground::enums::DeviceState;
use crate::ground::ids::{CustomerId, DeviceModelId, DistributorId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiAdmin;
use crate::http::problem::Problem;
use crate::registry::Numbers;
use crate::registry::devices::{self, NewDevice};
use crate::tenancy::Scope as _;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeviceIn)]
struct In {
    #[schema(value_type = String, max_length = 64)]
    maker: Maker,
    #[schema(value_type = String, max_length = 64)]
    serial: Serial,
    model_id: DeviceModelId,
    /// Who holds it; without a customer it goes into stock.
    customer_id: Option<CustomerId>,
    /// Whose stock it is in; a customer's own distributor counts over this.
    distributor_id: Option<DistributorId>,
    /// The customer's own word for it, to begin with; its people alone read it.
    #[schema(max_length = 200)]
    customer_reference: Option<String>,
    /// Its modem's number: 15 digits, or 14 without the check digit, or 16 with a version.
    imei: Option<String>,
    /// Its radio's address, however it is written.
    mac: Option<String>,
    /// Its SIM card's number, 18 to 20 digits.
    iccid: Option<String>,
    /// What it runs.
    #[schema(max_length = 64)]
    firmware: Option<String>,
    /// Since when it is held; now, where nothing is given. Earlier readings have no owner.
    assigned_since: Option<DateTime<Utc>>,
    /// `active` or `inactive` at a customer, else `stock`.
    state: Option<DeviceState>,
}

/// Add a device
#[utoipa::path(post, path = "/devices", tag = "devices", security(("token" = [])), request_body = In,
    responses((status = 201, body = Out), (status = 409, description = "The maker's serial is registered"), Refused))]
#[post("/devices")]
pub(super) async fn create(
    state: web::Data<State>,
    admin: ApiAdmin,
    body: web::Json<In>,
) -> Result<HttpResponse, Problem> {
    let In {
        maker,
        serial,
        model_id,
        customer_id,
        distributor_id,
        customer_reference,
        imei,
        mac,
        iccid,
        firmware,
        assigned_since,
        state: wanted,
    } = body.into_inner();
    let numbers = Numbers::typed(
        imei.as_deref(),
        mac.as_deref(),
        iccid.as_deref(),
        firmware.as_deref(),
    )?;
    let new = NewDevice {
        key: DeviceKey { maker, serial },
        model: model_id,
        customer: customer_id,
        distributor: distributor_id,
        customer_reference,
        numbers,
        assigned_since,
        state: wanted,
    };
    let work = async |tx: &_| {
        let id = devices::create(tx, &admin.scope, state.ground(), new).await?;
        devices::get(tx, id).await
    };
    let device = admin.scope.run(state.database(), work).await?;
    Ok(HttpResponse::Created().json(Out::from(device)))
}
