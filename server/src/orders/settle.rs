//! What is not waited for any more.

use super::order::Item;
use super::store::steps::{NewStep, Of};
use super::way::OrderMove;
use super::{Orders, named, rules, store};
use crate::ground::enums::{Errand, OrderItemState, OrderStepKind};
use crate::ground::ids::OrderId;
use crate::identity::Caller;
use crate::registry::RegistryError;
use crate::registry::errands::{self, Ends, Thing};

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

impl WriteOff {
    /// What became of them, for the step.
    fn said(&self) -> &'static str {
        match (self.became, self.replace) {
            (Became::Lost, false) => "lost",
            (Became::Lost, true) => "lost, others come in their place",
            (Became::Here, false) => "back in the inventory",
            (Became::Here, true) => "back in the inventory, others come in their place",
        }
    }
}

impl Orders<'_> {
    /// Writes off what did not arrive: what its distributor missed, or what is on its way for ever, because the carrier lost
    /// the parcel or brought it back.
    pub async fn write_off(&self, by: &Caller, id: OrderId, what: WriteOff) -> Result<(), RegistryError> {
        let act = self.begin(by, OrderMove::WriteOff)?;
        let serials = rules::some_serials("serials", &what.serials)?;
        act.on(id, async |tx, order| {
            let gone = [OrderItemState::Missing, OrderItemState::Shipped];
            let gone = store::items::in_state(tx, id, &gone, None).await?;
            let items = named::pick("serials", gone, &serials)?;
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
            store::items::system_set_state(tx, id, &Item::ids(&items), state, self.now()).await?;
            let serials = rules::named(items.iter().map(Item::serial));
            let step = NewStep::of(OrderStepKind::WrittenOff)
                .count(items.len())
                .text(Some(format!("{serials} ({})", what.said())));
            self.step(tx, by, Of::Order(id), step).await?;
            self.settle(tx, by, id).await.map(drop)
        })
        .await
    }

    /// Says that what has no serial yet will not come: the platform, which cannot deliver it, or the distributor, who does
    /// not want it any more. Where nothing was found, the whole order is cancelled or declined instead.
    pub async fn waive(&self, by: &Caller, id: OrderId, why: Option<String>) -> Result<(), RegistryError> {
        let act = self.begin(by, OrderMove::Waive)?;
        let why = rules::maybe_note("reason", why.as_deref())?;
        act.on(id, async |tx, _| {
            let waived = usize::try_from(store::orders::system_waive(tx, id).await?).unwrap_or(0);
            let step = NewStep::of(OrderStepKind::Waived).count(waived).text(why);
            self.step(tx, by, Of::Order(id), step).await?;
            self.settle(tx, by, id).await.map(drop)
        })
        .await
    }
}
