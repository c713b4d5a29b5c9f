//! Vendors' clouds.

use sea_orm::{DatabaseTransaction, EntityTrait as _, IntoActiveModel as _};
use vitalwire_entity::enums::{SourceScheme, SourceState, Vendor};
use vitalwire_entity::*;

use super::World;

impl World {
    pub(super) async fn write_sources(self, tx: &DatabaseTransaction) {
        keep!(tx => source {
            id: self.id(),
            vendor: Vendor::Transtek,
            name: "Cuffs".into(),
            customer_id: Some(self.id()),
            state: SourceState::Inactive,
            scheme: SourceScheme::Header,
            shown_as: "x-vitalwire-key".into(),
            secret_hmac: self.bytes(),
            secret_since: self.now,
            former_hmac: Some(self.bytes()),
            former_until: Some(self.now),
            created_at: self.now,
            created_by: Some(self.id()),
            last_seen_at: Some(self.now),
        });
    }
}
