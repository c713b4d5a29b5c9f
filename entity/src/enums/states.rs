//! Where a device or a hub is in its life, of either.

use super::{DeviceState, HubState};
use crate::text::text_enum;

text_enum! {
    /// A state of a device or of a hub.
    pub enum ThingState {
        /// A device is in a stock.
        Stock = "stock",
        /// It may send.
        Active = "active",
        /// It may not, for now.
        Inactive = "inactive",
        /// A device came back.
        Returned = "returned",
        /// Another device took its place.
        Replaced = "replaced",
        /// Out of use for good.
        Retired = "retired",
        /// A hub holds no key.
        Unclaimed = "unclaimed",
        /// A hub's key waits to be confirmed.
        Claimed = "claimed",
    }
}

impl From<DeviceState> for ThingState {
    fn from(state: DeviceState) -> Self {
        match state {
            DeviceState::Stock => Self::Stock,
            DeviceState::Active => Self::Active,
            DeviceState::Inactive => Self::Inactive,
            DeviceState::Returned => Self::Returned,
            DeviceState::Replaced => Self::Replaced,
            DeviceState::Retired => Self::Retired,
        }
    }
}

impl From<HubState> for ThingState {
    fn from(state: HubState) -> Self {
        match state {
            HubState::Unclaimed => Self::Unclaimed,
            HubState::Claimed => Self::Claimed,
            HubState::Active => Self::Active,
            HubState::Inactive => Self::Inactive,
            HubState::Retired => Self::Retired,
        }
    }
}
