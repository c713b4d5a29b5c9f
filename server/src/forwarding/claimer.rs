//! One claim: deliveries for some endpoints, and the settings of those endpoints that are new or have changed.

use std::collections::HashSet;
use std::sync::Arc;

use sqlx::PgPool;

use super::attempt::Target;
use super::dispatch::{Known, SharedTarget};
use super::event::Claimed;
use super::guard::AddressError;
use super::keys::{EndpointKeyError, Secrets, open_signing_key};
use super::shelf;
use super::store::claim::{self, TargetRow, Want};
use crate::ground::Ground;
use crate::ground::ids::EndpointId;
use crate::ground::swallow::swallow;

/// What a claim brought.
#[derive(Debug, Default)]
pub(super) struct Claims {
    pub(super) asked: Vec<(EndpointId, usize)>,
    pub(super) deliveries: Vec<Claimed>,
    pub(super) targets: Vec<SharedTarget>,
}

#[derive(Debug, thiserror::Error)]
enum TargetError {
    #[error(transparent)]
    Keys(#[from] EndpointKeyError),
    #[error("a stored address cannot be used: {0}")]
    Address(#[from] AddressError),
}

pub(super) struct Claimer {
    pub(super) ground: Ground,
    pub(super) pool: PgPool,
}

impl Claimer {
    /// Claims. After an error there is less, or nothing; the sweep comes again.
    pub(super) async fn run(self, wants: Vec<Want>, known: Known) -> Claims {
        let asked = wants
            .iter()
            .map(|want| (want.endpoint, usize::try_from(want.slots).unwrap_or(0)))
            .collect();
        let claimed = claim::system_claim(&self.pool, &wants, self.ground.now()).await;
        let mut deliveries = swallow(claimed, "the sweep asks again").unwrap_or_default();
        let brought = shelf::bring(&self.ground, &self.pool, &mut deliveries).await;
        if swallow(brought, "what lies on the shelf is left to its lease").is_none() {
            deliveries.retain(|delivery| !delivery.shelved);
        }
        let stale: HashSet<EndpointId> = deliveries
            .iter()
            .filter(|delivery| known.get(&delivery.endpoint) != Some(&delivery.endpoint_version))
            .map(|delivery| delivery.endpoint)
            .collect();
        if stale.is_empty() {
            return Claims {
                asked,
                deliveries,
                targets: Vec::new(),
            };
        }
        let stale: Vec<EndpointId> = stale.into_iter().collect();
        let rows = swallow(
            claim::system_targets(&self.pool, &stale).await,
            "the sweep asks again",
        );
        let targets: Vec<SharedTarget> = rows
            .unwrap_or_default()
            .into_iter()
            .filter_map(|row| swallow(self.target(&row), "its deliveries wait until it is put right"))
            .map(Arc::new)
            .collect();
        // Without its settings, nothing goes to an endpoint: what was claimed for it is left to its lease.
        let usable = |endpoint: EndpointId| {
            !stale.contains(&endpoint) || targets.iter().any(|target| target.endpoint == endpoint)
        };
        let deliveries = deliveries
            .into_iter()
            .filter(|delivery| usable(delivery.endpoint))
            .collect();
        Claims {
            asked,
            deliveries,
            targets,
        }
    }

    fn target(&self, row: &TargetRow) -> Result<Target, TargetError> {
        Ok(Target {
            endpoint: row.id,
            version: row.version,
            url: row.url.parse().map_err(|_| AddressError::Unreadable)?,
            format: row.format,
            batch_max: usize::try_from(row.batch_max).unwrap_or(1).max(1),
            max_concurrency: usize::try_from(row.max_concurrency).unwrap_or(1).max(1),
            secrets: Secrets::open(&self.ground, row.id, &row.secret_sealed)?,
            signing_key: open_signing_key(&self.ground, row.id, &row.seed_sealed)?,
        })
    }
}
