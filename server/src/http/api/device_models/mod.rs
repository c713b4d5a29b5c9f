//! The catalogue of device models.

mod change;
mod create;
mod list;

use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use vitals::Kind;

use crate::ground::enums::{self, Report, Transport};
use crate::ground::ids::DeviceModelId;
use crate::registry::models::DeviceModel;

pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(list::list)
        .service(create::create)
        .service(change::change);
}

#[derive(Serialize, ToSchema)]
#[schema(as = DeviceModel)]
struct Out {
    id: DeviceModelId,
    maker: String,
    name: String,
    #[schema(value_type = Vec<enums::Kind>)]
    kinds: Vec<Kind>,
    transport: Transport,
    /// What it reports besides the main value of each kind: about itself (`battery`, `signal`), and beside what it
    /// measures. Empty: nobody has written it down.
    reports: Vec<Report>,
    /// Devices of it that you see, those out of use not counted.
    devices: i64,
}

impl Out {
    fn of(model: DeviceModel, devices: i64) -> Self {
        let DeviceModel {
            id,
            maker,
            name,
            kinds,
            transport,
            reports,
        } = model;
        Self {
            id,
            maker,
            name,
            kinds,
            transport,
            reports,
            devices,
        }
    }
}
