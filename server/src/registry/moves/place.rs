//! From stock to a customer, or from one customer to another.

use chrono::{DateTime, Utc};

use super::{RegistryError, Step, When, after, carry, locked, receiver, visible};
use crate::ground::Ground;
use crate::ground::enums::DeviceState;
use crate::ground::ids::{CustomerId, DeviceId};
use crate::registry::{RegistryScope, again, organisations};
use crate::tenancy::{AdminScope, Database};

/// Where a device goes.
#[derive(Debug, Clone, Copy)]
pub struct Placement {
    /// To whom.
    pub customer: CustomerId,
    /// Active or inactive; what it was, where nothing is given, and active from stock.
    pub state: Option<DeviceState>,
    /// From when on, now or earlier; now, where nothing is given.
    pub from: Option<DateTime<Utc>>,
}

/// Gives a device to a customer from a moment on, now or earlier: a distributor from its own stock to its own customers, the
/// platform wherever it is. Readings that were accepted before stay with whoever held the device then, as does the customer's
/// reference. A token that they had made proves readings of their time alone, so the new holder makes another.
pub async fn place<S: RegistryScope>(
    ground: &Ground,
    database: &Database,
    by: &S,
    device: DeviceId,
    to: Placement,
) -> Result<(), RegistryError> {
    let party = visible(database, by, device).await?;
    by.run(database, async |tx| {
        organisations::customer(tx, to.customer).await
    })
    .await?;
    if to.from.is_some_and(|from| from > ground.now()) {
        return Err(RegistryError::invalid("from", "must not lie in the future"));
    }
    let when = to.from.map_or(When::Now, When::Since);
    let purpose = "place a device that the caller sees with a customer that it sees";
    again::system_run(database, purpose, async |tx| {
        let through = receiver(tx, party, to.customer).await?.distributor;
        let held = locked(tx, party, device).await?;
        let step = Step::Place {
            customer: to.customer,
            through,
            state: to.state,
        };
        let next = after(party, &held, step)?;
        carry(tx, ground, by.user(), device, next, when).await
    })
    .await
}

/// The same by an administrator, who leaves a device that was inactive so.
pub async fn assign(
    ground: &Ground,
    database: &Database,
    by: &AdminScope,
    device: DeviceId,
    customer: CustomerId,
    from: Option<DateTime<Utc>>,
) -> Result<(), RegistryError> {
    let to = Placement {
        customer,
        state: None,
        from,
    };
    place(ground, database, by, device, to).await
}
