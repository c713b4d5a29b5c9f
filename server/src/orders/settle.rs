//! What is not waited for any more.

use super::allocate::unfinished;
use super::order::Item;
use super::receive::named;
use super::store::steps::{NewStep, Of};
use super::{Orders, invalid, list, must, rules, seen, store};
use crate::ground::enums::{Errand, OrderItemState, OrderStepKind};
use crate::ground::ids::{OrderId, OrderItemId};
use crate::identity::Caller;
use crate::registry::RegistryError;
use crate::registry::errands::{self, Ends, Thing};
use crate::tenancy::{Right, Scope as _, SystemScope};

/// What became of something that did not arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Became {
    /// It is gone: out of use for good.
    Lost,
    /// It never left, or came back: it lies in the inventory.
    Here,
}

/// What did not arrive, and is not waited for any more.
#[derive(Debug, Clone)]
pub struct WriteOff {
    /// Which.
    pub serials: Vec<String>,
    /// What became of them.
    pub became: Became,
    /// Whether others come in their place: then the order wants serials again.
    pub replace: bool,
}

impl Orders<'_> {
    /// Writes off what did not arrive.
    pub async fn write_off(&self, by: &Caller, id: OrderId, what: WriteOff) -> Result<(), RegistryError> {
        must(by, Right::FulfilOrders)?;
        let serials = rules::serials("serials", &what.serials)?;
        if serials.is_empty() {
            return Err(invalid("serials", "must name at least one"));
        }
        seen!(self, by, tx => list::get(tx, id))?;
        SystemScope::for_purpose("write off what is missing of an order that the caller sees")
            .run(self.database, async |tx| {
                let (order, now) = (unfinished(tx, id).await?, self.now());
                let missing = store::items::in_state(tx, id, OrderItemState::Missing, None).await?;
                let items = rules::pick("serials", missing, Item::serial, &serials)?;
                let things: Vec<Thing> = items.iter().map(|item| item.thing).collect();
                match what.became {
                    Became::Lost => {
                        let note = format!("Lost on its way, order {}", order.number);
                        let what = (Errand::Order, [Ends::Retired].as_slice(), note.as_str());
                        errands::system_end(tx, self.ground, by.person.id, &things, what).await?;
                    }
                    Became::Here => {
                        errands::system_hold(tx, &things, None).await?;
                        errands::system_release(tx, &things).await?;
                    }
                }
                let state = if what.replace {
                    OrderItemState::Replaced
                } else {
                    OrderItemState::Lost
                };
                let ids: Vec<OrderItemId> = items.iter().map(|item| item.id).collect();
                store::items::system_set_state(tx, id, &ids, state, now).await?;
                let step = NewStep::of(OrderStepKind::WrittenOff)
                    .count(items.len())
                    .text(Some(named(&items)));
                store::steps::system_insert(tx, (self.ground.id(), Of::Order(id)), step, by, now).await?;
                self.settle(tx, by, id).await
            })
            .await
    }

    /// Says that what has no serial yet will not come. Where nothing was sent, the order is declined instead.
    pub async fn waive(&self, by: &Caller, id: OrderId, why: Option<String>) -> Result<(), RegistryError> {
        must(by, Right::FulfilOrders)?;
        let why = rules::maybe_note("reason", why.as_deref())?;
        seen!(self, by, tx => list::get(tx, id))?;
        SystemScope::for_purpose("leave out what cannot be delivered of an order that the caller sees")
            .run(self.database, async |tx| {
                unfinished(tx, id).await?;
                let tally = store::orders::system_tally(tx, id).await?;
                if !tally.was_sent() && tally.allocated == 0 {
                    return Err(RegistryError::Conflict(
                        "nothing was found for the order; decline it instead",
                    ));
                }
                let waived = usize::try_from(store::orders::system_waive(tx, id).await?).unwrap_or(0);
                if waived == 0 {
                    return Err(RegistryError::Conflict("it wants no more serials"));
                }
                let step = NewStep::of(OrderStepKind::Waived).count(waived).text(why);
                let now = self.now();
                store::steps::system_insert(tx, (self.ground.id(), Of::Order(id)), step, by, now).await?;
                self.settle(tx, by, id).await
            })
            .await
    }
}
