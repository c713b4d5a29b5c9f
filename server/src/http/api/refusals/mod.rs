//! Why did nothing arrive?

mod list;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::ground::ids::{CustomerId, DeviceId, HubId, SourceId};
use crate::registry::refusals::RefusalCount;

pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(list::list);
}

#[derive(Serialize, ToSchema)]
#[schema(as = Refusal)]
struct Out {
    /// The minute in which it was counted.
    minute: DateTime<Utc>,
    /// The device that proved itself.
    #[schema(required)]
    device_id: Option<DeviceId>,
    #[schema(required)]
    serial: Option<String>,
    /// The hub that proved itself.
    #[schema(required)]
    hub_id: Option<HubId>,
    #[schema(required)]
    hub_name: Option<String>,
    /// The vendor's cloud that proved itself; a distributor sees none.
    #[schema(required)]
    source_id: Option<SourceId>,
    #[schema(required)]
    source_name: Option<String>,
    #[schema(required)]
    customer_id: Option<CustomerId>,
    /// What a sender that proved nothing called itself.
    #[schema(required)]
    claimed: Option<String>,
    /// The address it came from.
    #[schema(required)]
    remote: Option<String>,
    /// The word that ended the problem's type.
    #[schema(example = "device-inactive")]
    reason: String,
    /// Which field or rule; never a value.
    #[schema(required)]
    detail: Option<String>,
    count: i64,
    last_at: DateTime<Utc>,
}

impl From<RefusalCount> for Out {
    fn from(refusal: RefusalCount) -> Self {
        let RefusalCount {
            id: _,
            minute,
            device,
            serial,
            hub,
            hub_name,
            source,
            source_name,
            customer,
            claimed,
            remote,
            reason,
            detail,
            count,
            last_at,
        } = refusal;
        Self {
            minute,
            device_id: device,
            serial,
            hub_id: hub,
            hub_name,
            source_id: source,
            source_name,
            customer_id: customer,
            claimed,
            remote,
            reason,
            detail,
            count,
            last_at,
        }
    }
}
