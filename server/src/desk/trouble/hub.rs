//! Why nothing arrived from a hub.

use super::Trouble;
use super::device::of_hub as facts_of;
use super::rules::{Facts, judge};
use crate::desk::store::trouble::{self as store, Of};
use crate::ground::Ground;
use crate::ground::ids::HubId;
use crate::registry::{RegistryError, RegistryScope, hub_moves, hubs};
use crate::tenancy::Scope as _;
use crate::tenancy::{Database, SystemScope};

/// What is known of a hub that the caller sees.
pub async fn of_hub<S: RegistryScope>(
    ground: &Ground,
    database: &Database,
    by: &S,
    id: HubId,
) -> Result<Trouble, RegistryError> {
    let (hub, life) = by
        .run(database, async |tx| {
            let hub = hubs::get(tx, id).await?;
            Ok::<_, RegistryError>((hub, hub_moves::history(tx, by, id).await?))
        })
        .await?;
    let (now, of) = (ground.now(), Of::Hub(id, hub.customer));
    let evidence = SystemScope::for_purpose("why nothing arrived from a hub that the caller sees")
        .run(database, async |tx| store::system_evidence(tx, of, now).await)
        .await?;
    let facts = Facts {
        heard_at: hub.last_seen_at,
        // What a hub brought last is not kept: what was refused since it was heard may be why.
        reading_at: hub.last_seen_at,
        hub: Some(facts_of(&hub)),
        refusals: evidence.refusals.clone(),
        quarantined: evidence.quarantined.clone(),
        ..Facts::default()
    };
    Ok(Trouble {
        verdict: judge(&facts, now),
        device: None,
        hub: Some(hub),
        refusals: evidence.refusals,
        quarantined: evidence.quarantined,
        late: evidence.late,
        readings: evidence.readings,
        life,
    })
}
