//! What is written down about a device: its numbers, and what its holders call it.

use super::devices::{CHANGED, get};
use super::rights::HasRights;
use super::typed::{Change, Reference};
use super::{NumbersPatch, RegistryError, store};
use crate::ground::Ground;
use crate::ground::enums::UserRole;
use crate::ground::ids::DeviceId;
use crate::tenancy::{AdminScope, Right, Tx};

/// The caller's own word for a device: a distributor's for those of its portfolio, a customer's for those that it holds.
/// The platform has none, and neither sees nor writes the customer's, which may tell of a patient.
pub async fn call<S: HasRights>(
    tx: &Tx<S>,
    by: &S,
    ground: &Ground,
    id: DeviceId,
    reference: &Change<Reference>,
) -> Result<(), RegistryError> {
    by.must(Right::CallDevices)?;
    let seen = get(tx, id).await?;
    let (reference, now) = (reference.value().map(Reference::as_str), ground.now());
    let is_done = if S::PEOPLE_OF == UserRole::Distributor {
        store::devices::set_distributor_reference(tx, &seen, reference, now).await?
    } else {
        if seen.customer.is_none() {
            return Err(RegistryError::Conflict("the device is held by no customer"));
        }
        store::devices::set_reference(tx, &seen, reference, now).await?
    };
    if is_done { Ok(()) } else { Err(CHANGED) }
}

/// What is printed on a device and what it runs, as an administrator reads it from there.
pub async fn number(
    tx: &Tx<AdminScope>,
    by: &AdminScope,
    ground: &Ground,
    id: DeviceId,
    patch: &NumbersPatch,
) -> Result<(), RegistryError> {
    by.must(Right::ManageStock)?;
    if patch.is_empty() {
        return Ok(());
    }
    get(tx, id).await?;
    store::devices::set_numbers(tx, id, patch, ground.now()).await
}
