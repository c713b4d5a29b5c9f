//! The move with which an errand between the platform and a distributor ends.

use super::rules::{Party, Step, after};
use super::{RegistryError, When, carry_with};
use crate::ground::Ground;
use crate::ground::enums::Errand;
use crate::ground::ids::{DeviceId, UserId};
use crate::registry::errands::{Ends, NOT_PROMISED};
use crate::registry::store;
use crate::tenancy::{SystemScope, Tx};

/// Makes it, of a device that is promised to the errand and is free again afterwards.
pub(in crate::registry) async fn system_run(
    tx: &Tx<SystemScope>,
    ground: &Ground,
    by: UserId,
    device: DeviceId,
    (errand, ends, note): (Errand, Ends, &str),
) -> Result<(), RegistryError> {
    let held = store::moves::system_lock(tx, device)
        .await?
        .filter(|held| held.reserved == Some(errand))
        .ok_or(NOT_PROMISED)?;
    let step = match ends {
        Ends::Delivered(to) => Step::Allocate(to),
        Ends::TakenBack => Step::Recall,
        Ends::Retired => Step::Retire,
    };
    let next = after(Party::Platform, &held, step)?;
    carry_with(tx, ground, by, device, (next, Some(note)), When::Now).await
}
