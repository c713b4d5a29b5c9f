//! What was authenticated but not believed.

mod dismiss;
mod list;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::ground::enums::QuarantineReason;
use crate::ground::ids::QuarantineId;
use crate::registry::quarantine::{Dismissed, QuarantinedItem};

pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(list::list).service(dismiss::dismiss);
}

/// An item, without what it says.
#[derive(Serialize, ToSchema)]
#[schema(as = QuarantinedItem)]
struct Out {
    id: QuarantineId,
    received_at: DateTime<Utc>,
    reason: QuarantineReason,
    /// Which field or rule; never a value.
    #[schema(required)]
    detail: Option<String>,
    /// The serial that the item names, whether or not there is such a device.
    #[schema(required)]
    claimed: Option<String>,
    /// The serial of the device, where it is known.
    #[schema(required)]
    serial: Option<String>,
    #[schema(required)]
    hub_name: Option<String>,
    /// The vendor's cloud through which it came.
    #[schema(required)]
    source_name: Option<String>,
    #[schema(required)]
    customer_name: Option<String>,
    /// How large it is.
    bytes: i32,
    /// When it was dismissed; null while it waits.
    #[schema(required)]
    dismissed_at: Option<DateTime<Utc>>,
    /// Who dismissed it.
    #[schema(required)]
    dismissed_by: Option<String>,
    /// Why.
    #[schema(required)]
    dismissed_why: Option<String>,
}

impl From<QuarantinedItem> for Out {
    fn from(item: QuarantinedItem) -> Self {
        let QuarantinedItem {
            id,
            received_at,
            reason,
            detail,
            claimed,
            serial,
            hub_name,
            source,
            customer_name,
            bytes,
            dismissed,
        } = item;
        let (dismissed_at, dismissed_by, dismissed_why) = dismissed
            .map(|Dismissed { at, by, why }| (Some(at), Some(by), Some(why)))
            .unwrap_or_default();
        Self {
            id,
            received_at,
            reason,
            detail,
            claimed,
            serial,
            hub_name,
            source_name: source.map(|(_, name)| name),
            customer_name,
            bytes,
            dismissed_at,
            dismissed_by,
            dismissed_why,
        }
    }
}
