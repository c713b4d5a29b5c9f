//! A device comes to who proves to have it, without anybody who gives it.

use super::{RegistryError, Step, When, after, carry, receiver, rules};
use crate::ground::Ground;
use crate::ground::enums::DeviceState;
use crate::ground::ids::{DeviceId, UserId};
use crate::registry::store;
use crate::tenancy::{SystemScope, Tx};

/// Takes a device over from where it waits for somebody like the party: a customer from the stock of its distributor, or
/// from the inventory where it has none, a distributor from the inventory. The proof was given. False: it waits for nobody
/// like that, which is not to be told.
pub(in crate::registry) async fn adopt_locked(
    tx: &Tx<SystemScope>,
    ground: &Ground,
    (party, by): (rules::Party, UserId),
    device: DeviceId,
) -> Result<bool, RegistryError> {
    let step = match party {
        rules::Party::Platform => return Ok(false),
        rules::Party::Distributor(own) => Step::Allocate(own),
        rules::Party::Customer(own) => {
            let through = receiver(tx, party, own).await?.distributor;
            Step::Place {
                customer: own,
                through,
                state: None,
            }
        }
    };
    let Some(held) = store::moves::system_lock(tx, device).await? else {
        return Ok(false);
    };
    let waits_with = match step {
        Step::Place { through, .. } => through,
        _ => None,
    };
    let waits = held.state == DeviceState::Stock
        && held.customer.is_none()
        && held.distributor == waits_with
        && held.reserved.is_none();
    if !waits {
        return Ok(false);
    }
    // The rules of a gift, as if the one who has it had made it.
    let giver = held
        .distributor
        .map_or(rules::Party::Platform, rules::Party::Distributor);
    let next = after(giver, &held, step)?;
    carry(tx, ground, by, device, next, When::Now).await?;
    Ok(true)
}
