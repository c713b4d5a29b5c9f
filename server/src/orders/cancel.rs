//! An order comes to nothing.

use super::allocate::unfinished;
use super::store::steps::{NewStep, Of};
use super::{Orders, list, must, rules, seen, store};
use crate::ground::enums::{OrderItemState, OrderState, OrderStepKind};
use crate::ground::ids::{OrderId, OrderItemId};
use crate::identity::Caller;
use crate::registry::RegistryError;
use crate::registry::errands::{self, Thing};
use crate::tenancy::{Right, Scope as _, SystemScope};

impl Orders<'_> {
    /// Cancels an order of which nothing was sent: its distributor, who thinks better of it, or the platform, which cannot
    /// deliver. What was found for it is free again.
    pub async fn cancel(&self, by: &Caller, id: OrderId, why: Option<String>) -> Result<(), RegistryError> {
        must(by, Right::HandleOrders)?;
        let why = rules::maybe_note("reason", why.as_deref())?;
        seen!(self, by, tx => list::get(tx, id))?;
        SystemScope::for_purpose("cancel an order that the caller sees")
            .run(self.database, async |tx| {
                unfinished(tx, id).await?;
                if store::orders::system_tally(tx, id).await?.was_sent() {
                    return Err(RegistryError::Conflict(
                        "some of it was sent; it can no longer be cancelled",
                    ));
                }
                let now = self.now();
                let items = store::items::in_state(tx, id, OrderItemState::Allocated, None).await?;
                let things: Vec<Thing> = items.iter().map(|item| item.thing).collect();
                let ids: Vec<OrderItemId> = items.iter().map(|item| item.id).collect();
                errands::system_hold(tx, &things, None).await?;
                errands::system_release(tx, &things).await?;
                store::items::system_delete(tx, id, &ids).await?;
                let step = NewStep::of(OrderStepKind::Cancelled).text(why);
                store::steps::system_insert(tx, (self.ground.id(), Of::Order(id)), step, by, now).await?;
                store::orders::system_set_state(tx, id, OrderState::Cancelled, now).await
            })
            .await
    }
}
