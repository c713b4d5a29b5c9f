//! The catalogue of device models.

mod create;
mod list;

use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use vitals::Kind;

use crate::ground::enums::{self, Transport};
use crate::ground::ids::DeviceModelId;
use crate::registry::models::DeviceModel;

pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(list::list).service(create::create);
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
}

impl From<DeviceModel> for Out {
    fn from(model: DeviceModel) -> Self {
        let DeviceModel {
            id,
            maker,
            name,
            kinds,
            transport,
        } = model;
        Self {
            id,
            maker,
            name,
            kinds,
            transport,
        }
    }
}
