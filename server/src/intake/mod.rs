//! From bytes to a durable reading: authenticate → decode → validate → own, pair, dedupe → commit (DESIGN §1).
//!
//! Main type: [`Intake`]. Called by the HTTP room, and by the demo only through HTTP. What cannot be authenticated is
//! refused; what is authenticated but not believed is kept in quarantine.

#[doc(hidden)]
pub mod fuzzing;
mod hub;
mod hub_proof;
mod items;
mod mqtt;
mod packed;
mod prepare;
mod quarantine;
mod rates;
mod refusals;
mod release;
mod single;
mod source;
mod source_proof;
mod source_room;
mod store;
mod vendors;

use std::sync::Arc;

use crate::config::IntakeConfig;
use crate::ground::enums::Vendor;
use crate::ground::ids::SourceId;
use crate::ground::{Ground, Purpose};
use crate::history::commit::Committer;
use crate::registry::sources::SourceKey;
use crate::registry::{DeviceIdentity, IdentityCache};
use crate::tenancy::Database;

pub use crate::config::IntakeConfig as IntakeLimits;
pub use hub::{HubOutcome, ItemVerdict, LARGEST_BATCH};
pub use hub_proof::{HubProof, ProofError, ProvenHead, Unproven};
pub use mqtt::TELEMETRY;
pub use packed::{Body, TooLarge};
use rates::Rates;
pub use rates::TooMany;
pub use refusals::{Refusal, RefusalLog, RefusalReason, Subject};
pub use release::{QUARANTINE_KEPT, forget_quarantined, release_what_is_known};
pub use single::{SingleError, SingleOutcome};
pub use source::{SourceError, SourceVerdict};
pub use source_proof::{ProvenSource, SourceRefused};

/// The way in. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Intake {
    ground: Ground,
    database: Database,
    identities: IdentityCache,
    committer: Committer,
    refusals: RefusalLog,
    rates: Rates,
    audience: String,
    limits: IntakeConfig,
}

impl Intake {
    /// Ties the parts together. `audience` is the platform's public address, which hubs sign for.
    pub fn new(
        ground: Ground,
        database: Database,
        identities: IdentityCache,
        committer: Committer,
        refusals: RefusalLog,
        audience: String,
        limits: IntakeConfig,
    ) -> Self {
        let rates = Rates::new(ground.clock(), limits.rates);
        Self {
            ground,
            database,
            identities,
            committer,
            refusals,
            rates,
            audience,
            limits,
        }
    }

    /// The same with a group commit of its own, for the thread that calls this.
    #[must_use]
    pub fn on_this_thread(&self) -> Self {
        let committer = self.committer.on_this_thread();
        Self {
            committer,
            ..self.clone()
        }
    }

    /// The device of a token, asked before a body that is slow to come is waited for.
    pub async fn device_of(&self, token: &str) -> Result<Option<Arc<DeviceIdentity>>, sqlx::Error> {
        let hmac = self.ground.keys().hmac(Purpose::DeviceToken, token.as_bytes());
        self.identities.device(hmac).await
    }

    /// Where a vendor's cloud posts the messages of a source.
    pub fn address_of(&self, vendor: Vendor, source: SourceId) -> String {
        format!(
            "{}/v1/sources/{vendor}/{source}",
            self.audience.trim_end_matches('/')
        )
    }

    /// What a person typed or scanned, as a vendor's messages name a device.
    pub fn called_by(vendor: Vendor, typed: &str) -> Option<SourceKey> {
        vendors::typed(vendor, typed).and_then(|key| SourceKey::new(key.as_str()))
    }

    /// Where refusals are logged; the HTTP room adds those that it makes itself (too large, too many).
    pub fn refusals(&self) -> &RefusalLog {
        &self.refusals
    }

    /// Sizes that the HTTP room enforces before a body is read whole.
    pub fn limits(&self) -> IntakeConfig {
        self.limits
    }

    /// The address that hubs sign for.
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// The clock and keys that this room works with.
    pub fn ground(&self) -> &Ground {
        &self.ground
    }
}
