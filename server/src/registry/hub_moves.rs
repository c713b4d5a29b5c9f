//! Who has a hub, and since when: inventory → with a distributor → at a customer, and back. A hub's key is its holder's
//! trust in one box, so no move leaves it: codes are voided, the hub is unclaimed again, and its next holder claims it anew.

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};

use super::errands::{Ends, NOT_PROMISED, promised};
use super::moves::{HeldPeriod, Party, must_be_served, receiver};
use super::scope::RegistryScope;
use super::{RegistryError, again, hubs, organisations, store};
use crate::ground::Ground;
use crate::ground::enums::{Errand, HubState, MoveReason};
use crate::ground::ids::{CustomerId, DistributorId, HubId, UserId};
use crate::tenancy::{AdminScope, Database, SystemScope, Tx};

/// A hub as its locked row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HeldHub {
    pub(super) state: HubState,
    pub(super) customer: Option<CustomerId>,
    pub(super) distributor: Option<DistributorId>,
    /// What it is promised to.
    pub(super) reserved: Option<Errand>,
}

/// What a move makes of a hub. Its key is gone in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NextHub {
    pub(super) state: HubState,
    pub(super) customer: Option<CustomerId>,
    pub(super) distributor: Option<DistributorId>,
    pub(super) reason: MoveReason,
    pub(super) at: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Allocate(DistributorId),
    Recall,
    Place(CustomerId),
    GiveBack,
    Retire,
}

/// Puts a hub of the inventory into a distributor's stock.
pub async fn allocate(
    ground: &Ground,
    database: &Database,
    by: &AdminScope,
    hub: HubId,
    to: DistributorId,
) -> Result<(), RegistryError> {
    make(ground, database, by, hub, Step::Allocate(to)).await
}

/// Takes a hub out of its distributor's stock back into the inventory.
pub async fn recall(
    ground: &Ground,
    database: &Database,
    by: &AdminScope,
    hub: HubId,
) -> Result<(), RegistryError> {
    make(ground, database, by, hub, Step::Recall).await
}

/// Gives a hub to a customer: a distributor from its own stock to its own customers, the platform from any stock.
pub async fn place<S: RegistryScope>(
    ground: &Ground,
    database: &Database,
    by: &S,
    hub: HubId,
    to: CustomerId,
) -> Result<(), RegistryError> {
    by.must_manage_devices()?;
    by.run(database, async |tx| hubs::get(tx, hub).await).await?;
    by.run(database, async |tx| organisations::customer(tx, to).await)
        .await?;
    make(ground, database, by, hub, Step::Place(to)).await
}

/// A customer gives a hub back, or its distributor or the platform takes it back, into the stock of the customer's
/// distributor, or into the inventory where there is none. Nothing that the box signs is believed any more.
pub async fn give_back<S: RegistryScope>(
    ground: &Ground,
    database: &Database,
    by: &S,
    hub: HubId,
) -> Result<(), RegistryError> {
    make(ground, database, by, hub, Step::GiveBack).await
}

/// Takes a hub out of use for good, wherever it is.
pub async fn retire(
    ground: &Ground,
    database: &Database,
    by: &AdminScope,
    hub: HubId,
) -> Result<(), RegistryError> {
    make(ground, database, by, hub, Step::Retire).await
}

/// All periods of a hub that the scope may see, newest first.
pub async fn history<S: RegistryScope>(
    tx: &Tx<S>,
    by: &S,
    hub: HubId,
) -> Result<Vec<HeldPeriod>, RegistryError> {
    let periods = store::history::of_hub(tx, by.customer().is_none(), hub).await?;
    if periods.is_empty() {
        hubs::get(tx, hub).await?;
    }
    Ok(periods)
}

async fn make<S: RegistryScope>(
    ground: &Ground,
    database: &Database,
    by: &S,
    hub: HubId,
    step: Step,
) -> Result<(), RegistryError> {
    by.must_manage_devices()?;
    let party = Party::of(by)?;
    by.run(database, async |tx| hubs::get(tx, hub).await).await?;
    again::system_run(database, "move a hub that the caller sees", async |tx| {
        let through = match step {
            Step::Place(to) => receiver(tx, party, to).await?.distributor,
            Step::Allocate(to) => {
                must_be_served(tx, to).await?;
                Some(to)
            }
            _ => None,
        };
        // Codes before the hub, as a claim takes them.
        store::claim::system_lock_codes(tx, hub).await?;
        store::claim::system_void_codes(tx, hub).await?;
        let held = store::hub_moves::system_lock(tx, hub)
            .await?
            .filter(|held| party.has(held.customer, held.distributor))
            .ok_or(RegistryError::NotFound("hub"))?;
        if let Some(errand) = held.reserved {
            return Err(promised(errand));
        }
        turn(tx, ground, (party, by.user()), (hub, held), (step, through, None)).await
    })
    .await
}

/// Writes down what the rules make of the locked hub.
async fn turn(
    tx: &Tx<SystemScope>,
    ground: &Ground,
    (party, by): (Party, UserId),
    (hub, held): (HubId, HeldHub),
    (step, through, note): (Step, Option<DistributorId>, Option<&str>),
) -> Result<(), RegistryError> {
    let open = store::hub_moves::system_open_period(tx, hub).await?;
    let now = ground.now().trunc_subsecs(6);
    // Another server's clock may be a little ahead.
    let at = open.map_or(now, |open| now.max(open.valid_from + TimeDelta::microseconds(1)));
    let next = after(party, held, step, through, at)?;
    if let Some(open) = open {
        store::moves::system_close(tx, open.id, at, by).await?;
    }
    store::hub_moves::system_open(tx, ground.id(), hub, (next, note), by, now).await?;
    store::hub_moves::system_hand_over(tx, hub, next, now).await
}

/// Makes the move with which an errand ends, of a hub that is promised to it and is free again afterwards.
pub(super) async fn system_run(
    tx: &Tx<SystemScope>,
    ground: &Ground,
    by: UserId,
    hub: HubId,
    (errand, ends, note): (Errand, Ends, &str),
) -> Result<(), RegistryError> {
    // Codes before the hub, as a claim takes them.
    store::claim::system_lock_codes(tx, hub).await?;
    store::claim::system_void_codes(tx, hub).await?;
    let (step, through) = match ends {
        Ends::Delivered(to) => (Step::Allocate(to), Some(to)),
        Ends::TakenBack => (Step::Recall, None),
        Ends::Retired => (Step::Retire, None),
    };
    let held = store::hub_moves::system_lock(tx, hub)
        .await?
        .filter(|held| held.reserved == Some(errand))
        .ok_or(NOT_PROMISED)?;
    let who = (Party::Platform, by);
    turn(tx, ground, who, (hub, held), (step, through, Some(note))).await
}

/// What the move makes of the hub, or why it cannot be made. The party has the hub.
fn after(
    party: Party,
    held: HeldHub,
    step: Step,
    through: Option<DistributorId>,
    at: DateTime<Utc>,
) -> Result<NextHub, RegistryError> {
    let next = |customer, distributor, reason| NextHub {
        state: HubState::Unclaimed,
        customer,
        distributor,
        reason,
        at,
    };
    let is_platform = party == Party::Platform;
    match step {
        _ if held.state == HubState::Retired => {
            Err(RegistryError::Conflict("the hub is out of use for good"))
        }
        Step::Allocate(_) | Step::Recall | Step::Retire if !is_platform => {
            Err(RegistryError::NotAllowed("this is for the platform"))
        }
        Step::Place(_) if matches!(party, Party::Customer(_)) => Err(RegistryError::NotAllowed(
            "hubs are placed by the platform or a distributor",
        )),
        Step::Retire => Ok(NextHub {
            state: HubState::Retired,
            ..next(None, held.distributor, MoveReason::Retired)
        }),
        Step::GiveBack if held.customer.is_none() => {
            Err(RegistryError::Conflict("the hub stands at no customer's"))
        }
        Step::GiveBack => Ok(next(None, held.distributor, MoveReason::Returned)),
        _ if held.customer.is_some() => Err(RegistryError::Conflict(
            "the hub stands at a customer's; it has to come back first",
        )),
        Step::Allocate(_) if held.distributor.is_some() => Err(RegistryError::Conflict(
            "a distributor has the hub; it has to be recalled first",
        )),
        Step::Allocate(to) => Ok(next(None, Some(to), MoveReason::Allocated)),
        Step::Recall if held.distributor.is_none() => {
            Err(RegistryError::Conflict("no distributor has the hub"))
        }
        Step::Recall => Ok(next(None, None, MoveReason::Recalled)),
        Step::Place(to) => Ok(next(Some(to), through, MoveReason::Placed)),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use uuid::Uuid;

    use super::*;
    use HubState::{Active, Retired, Unclaimed};

    fn dora() -> DistributorId {
        Uuid::from_u128(7).into()
    }

    fn anna() -> CustomerId {
        Uuid::from_u128(1).into()
    }

    fn held(state: HubState, at_anna: bool, with_dora: bool) -> HeldHub {
        HeldHub {
            state,
            customer: at_anna.then(anna),
            distributor: with_dora.then(dora),
            reserved: None,
        }
    }

    const PLATFORM: Party = Party::Platform;
    const DORA: fn() -> Party = || Party::Distributor(dora());
    const ANNA: fn() -> Party = || Party::Customer(anna());

    #[rstest]
    #[case(PLATFORM, held(Unclaimed, false, false), Step::Allocate(dora()), Some((Unclaimed, false, true)))]
    #[case(PLATFORM, held(Unclaimed, false, true), Step::Allocate(dora()), None)]
    #[case(DORA(), held(Unclaimed, false, true), Step::Allocate(dora()), None)]
    #[case(PLATFORM, held(Unclaimed, false, true), Step::Recall, Some((Unclaimed, false, false)))]
    #[case(PLATFORM, held(Active, true, true), Step::Recall, None)]
    #[case(DORA(), held(Unclaimed, false, true), Step::Place(anna()), Some((Unclaimed, true, true)))]
    #[case(PLATFORM, held(Active, true, true), Step::Place(anna()), None)]
    #[case(ANNA(), held(Active, true, true), Step::Place(anna()), None)]
    #[case(ANNA(), held(Active, true, true), Step::GiveBack, Some((Unclaimed, false, true)))]
    #[case(DORA(), held(Unclaimed, false, true), Step::GiveBack, None)]
    #[case(PLATFORM, held(Active, true, false), Step::Retire, Some((Retired, false, false)))]
    #[case(DORA(), held(Active, true, true), Step::Retire, None)]
    #[case(PLATFORM, held(Retired, false, false), Step::GiveBack, None)]
    fn a_move_makes_of_a_hub(
        #[case] party: Party,
        #[case] held: HeldHub,
        #[case] step: Step,
        #[case] becomes: Option<(HubState, bool, bool)>,
    ) {
        let next = after(party, held, step, Some(dora()), DateTime::UNIX_EPOCH).ok();
        let next = next.map(|next| (next.state, next.customer.is_some(), next.distributor.is_some()));
        assert_eq!(next, becomes);
    }
}
