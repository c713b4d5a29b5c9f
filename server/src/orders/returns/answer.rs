//! The platform's word on a return, and the distributor who thinks better of it.

use super::get;
use crate::ground::enums::{Errand, OrderStepKind, ReturnItemState, ReturnState};
use crate::ground::ids::ReturnId;
use crate::identity::Caller;
use crate::orders::store::returns::Locked;
use crate::orders::store::steps::{NewStep, Of};
use crate::orders::{Orders, must, rules, seen, store};
use crate::registry::RegistryError;
use crate::registry::errands::{self, Thing};
use crate::tenancy::{Right, Scope as _, SystemScope, Tx};

impl Orders<'_> {
    /// Lets the distributor send it: from now on its devices and hubs can go nowhere else.
    pub async fn accept_return(&self, by: &Caller, id: ReturnId) -> Result<(), RegistryError> {
        must(by, Right::FulfilOrders)?;
        seen!(self, by, tx => get(tx, id))?;
        SystemScope::for_purpose("accept a return that the caller sees")
            .run(self.database, async |tx| {
                let back = store::returns::system_lock(tx, id).await?;
                if back.state != ReturnState::Asked {
                    return Err(RegistryError::Conflict("the return has been answered already"));
                }
                let waiting = store::returns::items(tx, id).await?;
                let things: Vec<Thing> = waiting.iter().map(|item| item.thing).collect();
                let there = errands::system_hold(tx, &things, Some(back.distributor)).await?;
                let free = there.iter().filter(|one| one.reserved.is_none()).count();
                if free < things.len() {
                    return Err(RegistryError::Conflict(
                        "some of it is no longer in the distributor's stock; decline the return",
                    ));
                }
                errands::system_reserve(tx, &things, Errand::Return).await?;
                let step = NewStep::of(OrderStepKind::Accepted);
                self.step_return(tx, by, &back, (ReturnState::Accepted, step))
                    .await
            })
            .await
    }

    /// Says why it may not be sent.
    pub async fn decline_return(&self, by: &Caller, id: ReturnId, why: &str) -> Result<(), RegistryError> {
        must(by, Right::FulfilOrders)?;
        let why = rules::note("reason", why)?;
        seen!(self, by, tx => get(tx, id))?;
        SystemScope::for_purpose("decline a return that the caller sees")
            .run(self.database, async |tx| {
                let back = store::returns::system_lock(tx, id).await?;
                if back.state != ReturnState::Asked {
                    return Err(RegistryError::Conflict("the return has been answered already"));
                }
                self.keep(tx, &back).await?;
                let step = NewStep::of(OrderStepKind::Declined).text(Some(why));
                self.step_return(tx, by, &back, (ReturnState::Declined, step))
                    .await
            })
            .await
    }

    /// The distributor keeps what it wanted to send back, as long as it was not sent.
    pub async fn cancel_return(&self, by: &Caller, id: ReturnId) -> Result<(), RegistryError> {
        must(by, Right::PlaceOrders)?;
        seen!(self, by, tx => get(tx, id))?;
        SystemScope::for_purpose("cancel a return that the caller sees")
            .run(self.database, async |tx| {
                let back = store::returns::system_lock(tx, id).await?;
                if !matches!(back.state, ReturnState::Asked | ReturnState::Accepted) {
                    return Err(RegistryError::Conflict(
                        "the return is on its way or over; it can no longer be cancelled",
                    ));
                }
                self.keep(tx, &back).await?;
                let step = NewStep::of(OrderStepKind::Cancelled);
                self.step_return(tx, by, &back, (ReturnState::Cancelled, step))
                    .await
            })
            .await
    }

    /// The return comes to nothing: what was promised to it is free again.
    async fn keep(&self, tx: &Tx<SystemScope>, back: &Locked) -> Result<(), RegistryError> {
        let waiting = store::returns::items(tx, back.id).await?;
        if back.state == ReturnState::Accepted {
            let things: Vec<Thing> = waiting.iter().map(|item| item.thing).collect();
            errands::system_hold(tx, &things, Some(back.distributor)).await?;
            errands::system_release(tx, &things).await?;
        }
        let ids: Vec<_> = waiting.iter().map(|item| item.id).collect();
        store::returns::system_end_items(tx, back.id, &ids, (ReturnItemState::Kept, self.now())).await
    }

    /// Writes down a step of a return, and how far it is from then on.
    pub(super) async fn step_return(
        &self,
        tx: &Tx<SystemScope>,
        by: &Caller,
        back: &Locked,
        (state, step): (ReturnState, NewStep),
    ) -> Result<(), RegistryError> {
        let now = self.now();
        store::returns::system_set_state(tx, back.id, state, now).await?;
        store::steps::system_insert(tx, (self.ground.id(), Of::Return(back.id)), step, by, now).await
    }
}
