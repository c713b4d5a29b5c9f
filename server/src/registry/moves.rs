//! Who holds a device, and since when. A reading belongs to whoever held the device when it measured, so periods never
//! overlap and a move is one transaction.

use chrono::{DateTime, Utc};

use super::scope::RegistryScope as _;
use super::{RegistryError, store};
use crate::ground::Ground;
use crate::ground::enums::DeviceState;
use crate::ground::ids::{AssignmentId, CustomerId, DeviceId, DistributorId};
use crate::tenancy::{AdminScope, Tx};

/// The open period of a device.
#[derive(Debug, Clone, Copy)]
pub(super) struct Open {
    pub(super) id: AssignmentId,
    pub(super) customer: Option<CustomerId>,
    pub(super) valid_from: DateTime<Utc>,
}

/// A period to open.
#[derive(Debug, Clone, Copy)]
pub(super) struct Period {
    pub(super) device: DeviceId,
    pub(super) customer: Option<CustomerId>,
    pub(super) distributor: Option<DistributorId>,
    pub(super) from: DateTime<Utc>,
}

/// Gives a device to a customer from a moment on, now or earlier: closes the present period and opens the next. Readings
/// that were accepted before stay with whoever held the device then, as does the customer's reference. A token that they had
/// made proves readings of their time alone, so the new holder makes another. A device from stock becomes active; one that
/// was inactive stays so.
pub async fn assign(
    tx: &Tx<AdminScope>,
    by: &AdminScope,
    ground: &Ground,
    device: DeviceId,
    customer: CustomerId,
    from: Option<DateTime<Utc>>,
) -> Result<(), RegistryError> {
    let now = ground.now();
    let from = from.unwrap_or(now);
    if from > now {
        return Err(RegistryError::invalid("from", "must not lie in the future"));
    }
    let holder = super::organisations::customer(tx, customer).await?;
    let state = store::moves::lock(tx, device)
        .await?
        .ok_or(RegistryError::NotFound("device"))?;
    if matches!(state, DeviceState::Retired | DeviceState::Replaced) {
        return Err(RegistryError::Conflict("the device is out of use for good"));
    }
    let open = store::moves::open_period(tx, device).await?;
    let by = by.user();
    match open {
        Some(open) if open.customer == Some(customer) => {
            return Err(RegistryError::Conflict("the customer holds the device already"));
        }
        // Time in stock is nobody's: it may turn out that the customer had the device all along.
        Some(open) if open.customer.is_none() && from <= open.valid_from => {
            store::moves::take_from_stock(tx, open.id, customer, holder.distributor, from, by).await?;
        }
        Some(open) if from <= open.valid_from => {
            return Err(RegistryError::invalid(
                "from",
                "must lie after the beginning of the present period",
            ));
        }
        open => {
            if let Some(open) = open {
                store::moves::close(tx, open.id, from).await?;
            }
            let next = Period {
                device,
                customer: Some(customer),
                distributor: holder.distributor,
                from,
            };
            store::moves::open(tx, ground.id(), next, by, now).await?;
        }
    }
    store::moves::hand_over(tx, device, customer, holder.distributor, now).await
}
