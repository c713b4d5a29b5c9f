//! Who holds a device, and since when. A reading belongs to whoever held the device when it measured, so periods never
//! overlap, and a move is one transaction: it locks the device, closes the present period and opens the next one.
//!
//! Inventory → with a distributor → with a customer → returned, replaced, retired. What a move makes of a device, and for
//! whom it may be made, is decided by the pure rules of `rules`, of what the locked row says; the caller's own scope has to
//! see the device before, so that what is foreign does not exist.

mod allocate;
mod errand;
mod give_back;
mod history;
mod line;
mod place;
mod recall;
mod replace;
mod restock;
mod retire;
mod rules;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use uuid::Uuid;
use vitals::Kind;

use super::errands::promised;
use super::scope::RegistryScope;
use super::{RegistryError, again, devices, store};
use crate::ground::Ground;
use crate::ground::enums::{DeviceState, Errand, MoveReason, OrganisationState};
use crate::ground::ids::{AssignmentId, CustomerId, DeviceId, DistributorId, UserId};
use crate::tenancy::{Database, SystemScope, Tx};

pub use allocate::allocate;
pub(super) use errand::system_run;
pub use give_back::give_back;
pub use history::{HeldPeriod, history};
pub use line::{LinePeriod, line};
pub use place::{Placement, assign, place};
pub use recall::recall;
pub use replace::replace;
pub use restock::restock;
pub use retire::retire;
pub(super) use rules::Party;
use rules::{Step, after};

/// What adopting needs of a move.
pub(super) use adopting::adopt_locked;
mod adopting;

/// The open period of a device or a hub.
#[derive(Debug, Clone, Copy)]
pub(super) struct Open {
    pub(super) id: AssignmentId,
    pub(super) customer: Option<CustomerId>,
    pub(super) valid_from: DateTime<Utc>,
    pub(super) line: Option<Uuid>,
}

/// A period to open.
#[derive(Debug, Clone)]
pub(super) struct Period {
    pub(super) device: DeviceId,
    pub(super) customer: Option<CustomerId>,
    pub(super) distributor: Option<DistributorId>,
    pub(super) from: DateTime<Utc>,
    pub(super) reason: MoveReason,
    /// The line that it goes on with, whose place the device takes, and why.
    pub(super) line: Option<Uuid>,
    pub(super) replaces: Option<DeviceId>,
    pub(super) note: Option<String>,
}

/// A device as its locked row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) state: DeviceState,
    pub(super) customer: Option<CustomerId>,
    pub(super) distributor: Option<DistributorId>,
    pub(super) reference: Option<String>,
    pub(super) kinds: Vec<Kind>,
    /// What it is promised to.
    pub(super) reserved: Option<Errand>,
}

/// What a move makes of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Next {
    pub(super) state: DeviceState,
    pub(super) customer: Option<CustomerId>,
    pub(super) distributor: Option<DistributorId>,
    /// None: nobody else has it, so the period lasts.
    pub(super) reason: Option<MoveReason>,
}

/// A customer, as far as it matters for what it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Receiver {
    pub(super) distributor: Option<DistributorId>,
    pub(super) is_closed: bool,
}

/// When a move takes place.
#[derive(Debug, Clone, Copy)]
enum When {
    Now,
    /// Earlier, as somebody said.
    Since(DateTime<Utc>),
}

/// Makes a move that needs no more than the device.
async fn make<S: RegistryScope>(
    ground: &Ground,
    database: &Database,
    by: &S,
    device: DeviceId,
    step: Step,
) -> Result<(), RegistryError> {
    let party = visible(database, by, device).await?;
    again::system_run(database, "move a device that the caller sees", async |tx| {
        let held = locked(tx, party, device).await?;
        let next = after(party, &held, step)?;
        carry(tx, ground, by.user(), device, next, When::Now).await
    })
    .await
}

/// For whom the caller acts, where it sees the device and may move it.
async fn visible<S: RegistryScope>(
    database: &Database,
    by: &S,
    device: DeviceId,
) -> Result<Party, RegistryError> {
    by.must_manage_devices()?;
    let party = Party::of(by)?;
    by.run(database, async |tx| devices::get(tx, device).await)
        .await?;
    Ok(party)
}

/// The device, locked, so that two moves of it come one after the other; one that has left the caller's hands since it was
/// seen is no longer there.
async fn locked(tx: &Tx<SystemScope>, party: Party, device: DeviceId) -> Result<Held, RegistryError> {
    let held = store::moves::system_lock(tx, device)
        .await?
        .filter(|held| party.has(held.customer, held.distributor))
        .ok_or(RegistryError::NotFound("device"))?;
    held.reserved.map_or(Ok(held), |errand| Err(promised(errand)))
}

/// What is said of a customer that is given nothing.
pub(super) const CLOSED: &str = "the customer is closed";

/// The customer who is to get something, where it is the caller's to give to; locked, so that it changes its distributor
/// before or after, but not meanwhile.
pub(super) async fn receiver(
    tx: &Tx<SystemScope>,
    party: Party,
    customer: CustomerId,
) -> Result<Receiver, RegistryError> {
    let receiver = store::moves::system_receiver(tx, customer)
        .await?
        .filter(|receiver| party.has(Some(customer), receiver.distributor))
        .ok_or(RegistryError::NotFound("customer"))?;
    if receiver.is_closed {
        return Err(RegistryError::Conflict(CLOSED));
    }
    Ok(receiver)
}

/// The distributor who is to get something.
pub(super) async fn must_be_served(
    tx: &Tx<SystemScope>,
    distributor: DistributorId,
) -> Result<(), RegistryError> {
    match store::organisations::system_distributor_state(tx, distributor).await? {
        Some(OrganisationState::Active | OrganisationState::Suspended) => Ok(()),
        Some(OrganisationState::Closed) => Err(RegistryError::Conflict("the distributor is closed")),
        None => Err(RegistryError::NotFound("distributor")),
    }
}

/// The distributor who is to order something.
pub(super) async fn must_be_active(
    tx: &Tx<SystemScope>,
    distributor: DistributorId,
) -> Result<(), RegistryError> {
    match store::organisations::system_distributor_state(tx, distributor).await? {
        Some(OrganisationState::Suspended) => Err(RegistryError::Conflict(
            "the distributor is suspended, and orders nothing until the platform's administrators serve it again",
        )),
        _ => must_be_served(tx, distributor).await,
    }
}

/// Writes down what the rules decided.
async fn carry(
    tx: &Tx<SystemScope>,
    ground: &Ground,
    by: UserId,
    device: DeviceId,
    next: Next,
    when: When,
) -> Result<(), RegistryError> {
    carry_with(tx, ground, by, device, (next, None), when).await
}

/// The same, with a word for why.
async fn carry_with(
    tx: &Tx<SystemScope>,
    ground: &Ground,
    by: UserId,
    device: DeviceId,
    (next, note): (Next, Option<&str>),
    when: When,
) -> Result<(), RegistryError> {
    let now = ground.now().trunc_subsecs(6);
    if let Some(reason) = next.reason {
        let period = Period {
            device,
            customer: next.customer,
            distributor: next.distributor,
            from: now,
            reason,
            line: None,
            replaces: None,
            note: note.map(str::to_owned),
        };
        turn(tx, ground, by, period, when).await?;
    }
    // What no period tells.
    if next.reason.is_none() || next.state == DeviceState::Inactive {
        store::states::system_write_move(tx, ground.id(), device, next, (by, now)).await?;
    }
    store::moves::system_hand_over(tx, device, next, now).await
}

/// Closes the present period and opens the next.
async fn turn(
    tx: &Tx<SystemScope>,
    ground: &Ground,
    by: UserId,
    period: Period,
    when: When,
) -> Result<(), RegistryError> {
    let now = period.from;
    let asked = match when {
        When::Now => now,
        When::Since(from) => from.trunc_subsecs(6),
    };
    let open = store::moves::system_open_period(tx, period.device).await?;
    let from = match open {
        // Time in stock is nobody's: it may turn out that the customer had the device all along.
        Some(open) if open.customer.is_none() && period.customer.is_some() && asked <= open.valid_from => {
            let period = Period {
                from: asked,
                ..period
            };
            return store::moves::system_take_from_stock(tx, open.id, &period, by).await;
        }
        Some(open) if matches!(when, When::Since(_)) && asked <= open.valid_from => {
            return Err(RegistryError::invalid(
                "from",
                "must lie after the beginning of the present period",
            ));
        }
        // Another server's clock may be a little ahead.
        Some(open) => asked.max(open.valid_from + TimeDelta::microseconds(1)),
        None => asked,
    };
    if let Some(open) = open {
        store::moves::system_close(tx, open.id, from, by).await?;
    }
    store::moves::open(tx, ground.id(), &Period { from, ..period }, by, now).await
}
