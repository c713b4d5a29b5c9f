//! Somebody does something with an order or a return: the same way for every move.

use super::order::Item;
use super::store::orders::Locked;
use super::store::returns::Locked as LockedReturn;
use super::store::steps::{NewStep, Of};
use super::way::{OrderMove, ReturnMove, Tally};
use super::{Orders, list, must, returns, seen, store};
use crate::ground::enums::{OrderState, OrderStepKind};
use crate::ground::ids::{OrderId, ReturnId};
use crate::identity::Caller;
use crate::registry::RegistryError;
use crate::registry::errands::{self, Thing};
use crate::tenancy::{Scope as _, SystemScope, Tx};

/// A move that somebody has the right to make, with whatever it may be.
#[derive(Debug)]
pub(super) struct Begun<'a, M> {
    orders: &'a Orders<'a>,
    by: &'a Caller,
    what: M,
}

impl<'a> Orders<'a> {
    /// Refuses who does not have the right to it.
    pub(super) fn begin(
        &'a self,
        by: &'a Caller,
        what: OrderMove,
    ) -> Result<Begun<'a, OrderMove>, RegistryError> {
        must(by, what.right())?;
        Ok(Begun {
            orders: self,
            by,
            what,
        })
    }

    /// The same with a return.
    pub(super) fn begin_return(
        &'a self,
        by: &'a Caller,
        what: ReturnMove,
    ) -> Result<Begun<'a, ReturnMove>, RegistryError> {
        must(by, what.right())?;
        Ok(Begun {
            orders: self,
            by,
            what,
        })
    }

    /// Writes down what was just done.
    pub(super) async fn step(
        &self,
        tx: &Tx<SystemScope>,
        by: &Caller,
        of: Of,
        step: NewStep,
    ) -> Result<(), RegistryError> {
        store::steps::system_insert(tx, (self.ground.id(), of), step, by, self.now()).await
    }

    /// Writes down that something was begun, and what was said with it.
    pub(super) async fn first_steps(
        &self,
        tx: &Tx<SystemScope>,
        by: &Caller,
        of: Of,
        (first, note): (NewStep, Option<String>),
    ) -> Result<(), RegistryError> {
        self.step(tx, by, of, first).await?;
        match note {
            Some(note) => {
                let note = NewStep::of(OrderStepKind::Note).text(Some(note));
                self.step(tx, by, of, note).await
            }
            None => Ok(()),
        }
    }

    /// Writes down how far the order is by now, and how it ended where it did.
    pub(super) async fn settle(
        &self,
        tx: &Tx<SystemScope>,
        by: &Caller,
        id: OrderId,
    ) -> Result<Tally, RegistryError> {
        let tally = store::orders::tally(tx, id).await?;
        let state = tally.state();
        store::orders::system_set_state(tx, id, state, self.now()).await?;
        let last = match state {
            OrderState::InStock => NewStep::of(OrderStepKind::InStock),
            OrderState::Cancelled => {
                NewStep::of(OrderStepKind::Cancelled).text(Some("Nothing of it came.".to_owned()))
            }
            _ => return Ok(tally),
        };
        self.step(tx, by, Of::Order(id), last).await?;
        Ok(tally)
    }

    /// Gives up what was found and was not sent: it is free again.
    pub(super) async fn set_free(
        &self,
        tx: &Tx<SystemScope>,
        id: OrderId,
        items: &[Item],
    ) -> Result<(), RegistryError> {
        let things: Vec<Thing> = items.iter().map(|item| item.thing).collect();
        errands::system_hold(tx, &things, None).await?;
        errands::system_release(tx, &things).await?;
        store::items::system_delete(tx, id, &Item::ids(items)).await
    }
}

impl Begun<'_, OrderMove> {
    /// Makes the move with an order that the caller sees, which is locked, and for which it is the time.
    pub(super) async fn on<T>(
        self,
        id: OrderId,
        work: impl AsyncFnOnce(&Tx<SystemScope>, Locked) -> Result<T, RegistryError>,
    ) -> Result<T, RegistryError> {
        let Self { orders, by, what } = self;
        seen!(orders, by, tx => list::get(tx, id))?;
        SystemScope::for_purpose(what.purpose())
            .run(orders.database, async |tx| {
                let order = store::orders::system_lock(tx, id).await?;
                what.check(order.state, store::orders::tally(tx, id).await?)?;
                work(tx, order).await
            })
            .await
    }
}

impl Begun<'_, ReturnMove> {
    /// Makes the move with a return that the caller sees, which is locked, and for which it is the time. What is done says
    /// which step it was.
    pub(super) async fn on(
        self,
        id: ReturnId,
        work: impl AsyncFnOnce(&Tx<SystemScope>, &LockedReturn) -> Result<NewStep, RegistryError>,
    ) -> Result<(), RegistryError> {
        let Self { orders, by, what } = self;
        seen!(orders, by, tx => returns::get(tx, id))?;
        SystemScope::for_purpose(what.purpose())
            .run(orders.database, async |tx| {
                let back = store::returns::system_lock(tx, id).await?;
                let state = what.leads(back.state)?;
                let step = work(tx, &back).await?;
                store::returns::system_set_state(tx, id, state, orders.now()).await?;
                orders.step(tx, by, Of::Return(id), step).await
            })
            .await
    }
}
