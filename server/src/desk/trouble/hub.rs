//! Why nothing arrived from a hub.

use super::device::of_hub as facts_of;
use super::rules::{Facts, judge};
use super::{Trouble, days};
use crate::desk::store::trouble::{self as store, Of, Seen};
use crate::ground::Ground;
use crate::ground::ids::HubId;
use crate::registry::{RegistryError, RegistryScope, hubs, life as lives, vitality};
use crate::tenancy::Scope as _;
use crate::tenancy::{Database, SystemScope};

/// What is known of a hub that the caller sees.
pub async fn of_hub<S: RegistryScope>(
    ground: &Ground,
    database: &Database,
    by: &S,
    id: HubId,
) -> Result<Trouble, RegistryError> {
    let now = ground.now();
    let (hub, life, told, beats) = by
        .run(database, async |tx| {
            let hub = hubs::get(tx, id).await?;
            let told = vitality::of_hub(tx, id, hub.customer, days::since(now)).await?;
            let beats = vitality::heartbeats(tx, id, hub.customer).await?;
            Ok::<_, RegistryError>((hub, lives::of_hub(tx, by, id).await?, told, beats))
        })
        .await?;
    let of = Seen::by(by, Of::Hub(id), hub.customer);
    let evidence = SystemScope::for_purpose("why nothing arrived from a hub that the caller sees")
        .run(database, async |tx| store::system_evidence(tx, of, now).await)
        .await?;
    let facts = Facts {
        heard_at: hub.last_seen_at,
        // What a hub brought last is not kept: what was refused since it was heard may be why.
        reading_at: hub.last_seen_at,
        hub: Some(facts_of(&hub, &life)),
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
        late_ones: evidence.late_ones,
        days: days::every(now, &evidence.readings, &[], &told),
        beats,
        life,
    })
}
