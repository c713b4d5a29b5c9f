//! The platform's word on a return, and the distributor who thinks better of it.

use super::ReturnItem;
use crate::ground::enums::{Errand, OrderStepKind, ReturnItemState, ReturnState};
use crate::ground::ids::ReturnId;
use crate::identity::Caller;
use crate::orders::store::returns::Locked;
use crate::orders::store::steps::NewStep;
use crate::orders::way::ReturnMove;
use crate::orders::{Orders, rules, store};
use crate::registry::RegistryError;
use crate::registry::errands;
use crate::tenancy::{SystemScope, Tx};

impl Orders<'_> {
    /// Lets the distributor send it: from now on its devices and hubs can go nowhere else.
    pub async fn accept_return(&self, by: &Caller, id: ReturnId) -> Result<(), RegistryError> {
        let act = self.begin_return(by, ReturnMove::Accept)?;
        act.on(id, async |tx, back| {
            let things = ReturnItem::things(&store::returns::items(tx, id).await?);
            let there = errands::system_hold(tx, &things, Some(back.distributor)).await?;
            let free = there.iter().filter(|one| one.reserved.is_none()).count();
            if free < things.len() {
                return Err(RegistryError::Conflict(
                    "some of it is no longer in the distributor's stock; decline the return",
                ));
            }
            errands::system_reserve(tx, &things, Errand::Return).await?;
            Ok(NewStep::of(OrderStepKind::Accepted))
        })
        .await
    }

    /// Says why it may not be sent, or, of one that was accepted and that its distributor never sends, that it is not waited
    /// for any more: its devices and hubs are free again.
    pub async fn decline_return(&self, by: &Caller, id: ReturnId, why: &str) -> Result<(), RegistryError> {
        let act = self.begin_return(by, ReturnMove::Decline)?;
        let why = rules::note("reason", why)?;
        act.on(id, async |tx, back| {
            self.keep(tx, back).await?;
            Ok(NewStep::of(OrderStepKind::Declined).text(Some(why)))
        })
        .await
    }

    /// The distributor keeps what it wanted to send back, as long as it was not sent.
    pub async fn cancel_return(&self, by: &Caller, id: ReturnId) -> Result<(), RegistryError> {
        let act = self.begin_return(by, ReturnMove::Cancel)?;
        act.on(id, async |tx, back| {
            self.keep(tx, back).await?;
            Ok(NewStep::of(OrderStepKind::Cancelled))
        })
        .await
    }

    /// The return comes to nothing: what was promised to it is free again.
    async fn keep(&self, tx: &Tx<SystemScope>, back: &Locked) -> Result<(), RegistryError> {
        let waiting = store::returns::items(tx, back.id).await?;
        if back.state == ReturnState::Accepted {
            let things = ReturnItem::things(&waiting);
            errands::system_hold(tx, &things, Some(back.distributor)).await?;
            errands::system_release(tx, &things).await?;
        }
        let ids = ReturnItem::ids(&waiting);
        store::returns::system_end_items(tx, back.id, &ids, (ReturnItemState::Kept, self.now())).await
    }
}
