//! The life of a device or a hub, as the caller may know it: who had it, who changed its state, and what took its place.

use chrono::{DateTime, Utc};

use super::authors::{self, Doer};
use super::moves::{self, HeldPeriod};
use super::states::Change;
use super::{RegistryError, RegistryScope, hub_moves, store};
use crate::ground::ids::{DeviceId, HubId};
use crate::tenancy::{Database, Tx};

/// All that is known of it; each part the newest first.
#[derive(Debug, Clone, Default)]
pub struct Life {
    /// The periods in which somebody had it.
    pub periods: Vec<HeldPeriod>,
    /// The changes of its state that no period tells of.
    pub changes: Vec<Change>,
    /// The devices that took its place.
    pub successors: Vec<Successor>,
}

/// A device that took another's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Successor {
    /// Which.
    pub device: DeviceId,
    /// Its serial number, where the caller sees the device now.
    pub serial: Option<String>,
    /// Since when.
    pub at: DateTime<Utc>,
    /// Why, in a person's words.
    pub note: Option<String>,
    /// Who did it, as the caller may be told.
    pub by: Doer,
}

/// Finds out whose people made the moves of a life, also where the caller may not know their names.
pub async fn told(database: &Database, mut life: Life) -> Result<Life, RegistryError> {
    let periods = life.periods.iter_mut();
    let periods = periods.flat_map(|held| [&mut held.begun_by, &mut held.ended_by]);
    let successors = life.successors.iter_mut().map(|next| &mut next.by);
    authors::told(database, periods.chain(successors)).await?;
    Ok(life)
}

/// Of a device that the scope sees, or once had.
pub async fn of_device<S: RegistryScope>(
    tx: &Tx<S>,
    by: &S,
    device: DeviceId,
) -> Result<Life, RegistryError> {
    Ok(Life {
        periods: moves::history(tx, by, device).await?,
        changes: store::states::of_device(tx, device).await?,
        successors: store::history::successors(tx, device).await?,
    })
}

/// Of a hub that the scope sees, or once had.
pub async fn of_hub<S: RegistryScope>(tx: &Tx<S>, by: &S, hub: HubId) -> Result<Life, RegistryError> {
    Ok(Life {
        periods: hub_moves::history(tx, by, hub).await?,
        changes: store::states::of_hub(tx, hub).await?,
        successors: Vec::new(),
    })
}
