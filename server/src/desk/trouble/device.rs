//! Why nothing arrived from a device.

use super::rules::{Facts, HubFacts, Issuer, judge};
use super::seen::{stopped, ways};
use super::{Trouble, days};
use crate::desk::store::trouble::{self as store, Of, Seen};
use crate::ground::Ground;
use crate::ground::enums::Transport;
use crate::ground::ids::DeviceId;
use crate::registry::hubs::Hub;
use crate::registry::life::Life;
use crate::registry::{
    RegistryError, RegistryScope, devices, hubs, life as lives, overview, tokens, vitality,
};
use crate::tenancy::Scope as _;
use crate::tenancy::{Database, SystemScope};

/// What is known of a device that the caller sees.
pub async fn of_device<S: RegistryScope>(
    ground: &Ground,
    database: &Database,
    by: &S,
    id: DeviceId,
) -> Result<Trouble, RegistryError> {
    let now = ground.now();
    let (device, hub, life, told) = by
        .run(database, async |tx| {
            let device = devices::get(tx, id).await?;
            let last = overview::last_hubs(tx, &[id]).await?.remove(&id);
            let hub = match last {
                Some((hub, _)) => Some((hubs::get(tx, hub).await?, lives::of_hub(tx, by, hub).await?)),
                None => None,
            };
            let told = vitality::of_device(tx, id, device.customer, days::since(now)).await?;
            Ok::<_, RegistryError>((device, hub, lives::of_device(tx, by, id).await?, told))
        })
        .await?;
    let sends_itself = matches!(device.transport, Transport::Cellular | Transport::Mqtt);
    let token = tokens::issued_at(database, by, id).await?;
    let of = Seen::by(by, Of::Device(id), device.customer);
    let evidence = SystemScope::for_purpose("why nothing arrived from a device that the caller sees")
        .run(database, async |tx| store::system_evidence(tx, of, now).await)
        .await?;
    let facts = Facts {
        device: Some((device.state, device.customer.is_some())),
        stopped: stopped(&life),
        replaced_by: life.successors.first().and_then(|next| next.serial.clone()),
        lacks_token: (sends_itself && device.customer.is_some() && token.is_none()).then(|| issuer(by)),
        ever_moved: device.ever_moved,
        held_since: device.held_since,
        heard_at: device.last_seen_at,
        reading_at: device.last_reading_at,
        battery: device.battery_percent,
        signal: device.signal_dbm,
        hub: hub
            .as_ref()
            .filter(|_| !sends_itself)
            .map(|(hub, life)| of_hub(hub, life)),
        refusals: evidence.refusals.clone(),
        quarantined: evidence.quarantined.clone(),
    };
    Ok(Trouble {
        verdict: judge(&facts, now),
        device: Some(device),
        hub: hub.map(|(hub, _)| hub),
        refusals: evidence.refusals,
        quarantined: evidence.quarantined,
        late: evidence.late,
        late_ones: ways(database, by, evidence.late_ones).await?,
        days: days::every(now, &evidence.readings, &told, &[]),
        beats: Vec::new(),
        life,
    })
}

/// Who issues a token of a device that a customer holds, seen from the caller.
fn issuer<S: RegistryScope>(by: &S) -> Issuer {
    match (by.customer(), by.must_manage_devices()) {
        (None, _) => Issuer::Customer,
        (Some(_), Ok(())) => Issuer::You,
        (Some(_), Err(_)) => Issuer::Colleague,
    }
}

pub(super) fn of_hub(hub: &Hub, life: &Life) -> HubFacts {
    HubFacts {
        name: hub.name.clone(),
        state: hub.state,
        is_placed: hub.customer.is_some(),
        stopped: stopped(life),
        offline_since: hub.offline_since,
        seen_at: hub.last_seen_at,
        queued: hub.queued,
    }
}
