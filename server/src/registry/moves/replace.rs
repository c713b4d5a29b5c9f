//! One device takes another's place.

use chrono::SubsecRound as _;

use super::rules::{NOT_HELD, note, replaced};
use super::{Next, Period, RegistryError, When, locked, receiver, turn, visible};
use crate::ground::Ground;
use crate::ground::enums::MoveReason;
use crate::ground::ids::DeviceId;
use crate::registry::{RegistryScope, again, devices, store};
use crate::tenancy::Database;

/// Another device takes the place of one that a customer uses, from now on: it goes on with the line of readings, and the
/// customer's own word goes along. It comes from the caller's stock, or it is an inactive one of the same customer. The old
/// one stays where it is, and nothing that it sends is taken any more, until it is given back.
pub async fn replace<S: RegistryScope>(
    ground: &Ground,
    database: &Database,
    by: &S,
    old: DeviceId,
    new: DeviceId,
    why: &str,
) -> Result<(), RegistryError> {
    let party = visible(database, by, old).await?;
    visible(database, by, new).await?;
    let seen = by.run(database, async |tx| devices::get(tx, old).await).await?;
    let holder = seen.customer.ok_or(NOT_HELD)?;
    if old == new {
        return Err(RegistryError::Conflict("a device does not take its own place"));
    }
    let why = note("reason", why)?;
    let purpose = "let one device that the caller sees take another's place";
    again::system_run(database, purpose, async |tx| {
        // Before the devices, as whoever moves or closes a customer takes them.
        receiver(tx, party, holder).await?;
        // In one order, so that two who swap the same pair do not wait for each other.
        let (was, comes) = if old < new {
            let was = locked(tx, party, old).await?;
            (was, locked(tx, party, new).await?)
        } else {
            let comes = locked(tx, party, new).await?;
            (locked(tx, party, old).await?, comes)
        };
        if was.customer != Some(holder) {
            return Err(devices::CHANGED);
        }
        let (gone, next) = replaced(party, (&was, &comes))?;
        let present = store::moves::system_open_period(tx, old).await?;
        let line = present
            .and_then(|open| open.line)
            .unwrap_or_else(|| old.as_uuid());
        let now = ground.now().trunc_subsecs(6);
        let period = Period {
            device: new,
            customer: next.customer,
            distributor: next.distributor,
            from: now,
            reason: MoveReason::Replaced,
            line: Some(line),
            replaces: Some(old),
            note: Some(why.clone()),
        };
        turn(tx, ground, by.user(), period, When::Now).await?;
        // Nobody else has the old one, so no period tells what it becomes.
        let stays = Next {
            state: gone,
            customer: was.customer,
            distributor: was.distributor,
            reason: None,
        };
        store::states::system_write_move(tx, ground.id(), old, stays, (by.user(), now)).await?;
        store::moves::system_step_down(tx, old, gone, now).await?;
        store::moves::system_hand_over(tx, new, next, now).await?;
        store::sites::system_follow(tx, new, old).await?;
        store::moves::system_refer(tx, new, was.reference.as_deref()).await
    })
    .await
}
