//! A parcel arrives.

use std::collections::HashSet;

use super::allocate::unfinished;
use super::order::Item;
use super::store::steps::{NewStep, Of};
use super::{Orders, invalid, list, must, rules, seen, store};
use crate::ground::enums::{Errand, OrderItemState, OrderState, OrderStepKind};
use crate::ground::ids::{OrderId, OrderItemId, ParcelId};
use crate::identity::Caller;
use crate::registry::RegistryError;
use crate::registry::errands::{self, Ends, Thing};
use crate::tenancy::{Right, Scope as _, SystemScope, Tx};

/// What arrived.
#[derive(Debug, Clone)]
pub enum Arrived {
    /// Of what is on its way, in one parcel or in all, everything but these.
    AllBut {
        /// Which parcel; none: all of them.
        parcel: Option<ParcelId>,
        /// What was not in it.
        missing: Vec<String>,
    },
    /// These, which were missing until now.
    AfterAll(Vec<String>),
}

impl Orders<'_> {
    /// Takes in what arrived: it is in the distributor's stock from now on. What did not is missing until it arrives after
    /// all, or the platform writes it off. Returns how many were taken in.
    pub async fn receive(&self, by: &Caller, id: OrderId, arrived: Arrived) -> Result<usize, RegistryError> {
        must(by, Right::PlaceOrders)?;
        let (parcel, named, is_late) = match &arrived {
            Arrived::AllBut { parcel, missing } => (*parcel, rules::serials("missing", missing)?, false),
            Arrived::AfterAll(serials) => (None, rules::serials("serials", serials)?, true),
        };
        if is_late && named.is_empty() {
            return Err(invalid("serials", "must name at least one"));
        }
        seen!(self, by, tx => list::get(tx, id))?;
        SystemScope::for_purpose("take in what arrived of an order that the caller sees")
            .run(self.database, async |tx| {
                unfinished(tx, id).await?;
                let (here, missing) = if is_late {
                    let all = store::items::in_state(tx, id, OrderItemState::Missing, None).await?;
                    (rules::pick("serials", all, Item::serial, &named)?, Vec::new())
                } else {
                    let all = store::items::in_state(tx, id, OrderItemState::Shipped, parcel).await?;
                    if all.is_empty() {
                        return Err(RegistryError::Conflict("nothing of it is on its way"));
                    }
                    let missing = rules::pick("missing", all.clone(), Item::serial, &named)?;
                    let gone: HashSet<OrderItemId> = missing.iter().map(|item| item.id).collect();
                    let here = all.into_iter().filter(|item| !gone.contains(&item.id));
                    (here.collect(), missing)
                };
                self.take_in(tx, by, id, (&here, &missing)).await?;
                Ok(here.len())
            })
            .await
    }

    async fn take_in(
        &self,
        tx: &Tx<SystemScope>,
        by: &Caller,
        id: OrderId,
        (here, missing): (&[Item], &[Item]),
    ) -> Result<(), RegistryError> {
        let (order, now) = (store::orders::system_lock(tx, id).await?, self.now());
        let ids = |items: &[Item]| -> Vec<OrderItemId> { items.iter().map(|item| item.id).collect() };
        let of = Of::Order(id);
        if !here.is_empty() {
            let things: Vec<Thing> = here.iter().map(|item| item.thing).collect();
            let note = format!("Order {}", order.number);
            let ends = [Ends::Delivered(order.distributor)];
            let what = (Errand::Order, ends.as_slice(), note.as_str());
            errands::system_end(tx, self.ground, by.person.id, &things, what).await?;
            store::items::system_set_state(tx, id, &ids(here), OrderItemState::Received, now).await?;
            let step = NewStep::of(OrderStepKind::Received).count(here.len());
            store::steps::system_insert(tx, (self.ground.id(), of), step, by, now).await?;
        }
        if !missing.is_empty() {
            store::items::system_set_state(tx, id, &ids(missing), OrderItemState::Missing, now).await?;
            let step = NewStep::of(OrderStepKind::Missing)
                .count(missing.len())
                .text(Some(named(missing)));
            store::steps::system_insert(tx, (self.ground.id(), of), step, by, now).await?;
        }
        self.settle(tx, by, id).await
    }

    /// Writes down how far the order is by now, and that all is in stock where it is.
    pub(super) async fn settle(
        &self,
        tx: &Tx<SystemScope>,
        by: &Caller,
        id: OrderId,
    ) -> Result<(), RegistryError> {
        let (state, now) = (store::orders::system_tally(tx, id).await?.state(), self.now());
        store::orders::system_set_state(tx, id, state, now).await?;
        if state == OrderState::InStock {
            let step = NewStep::of(OrderStepKind::InStock);
            store::steps::system_insert(tx, (self.ground.id(), Of::Order(id)), step, by, now).await?;
        }
        Ok(())
    }
}

/// The first serials, for a step.
pub(super) fn named(items: &[Item]) -> String {
    const MOST: usize = 20;
    let serials: Vec<&str> = items.iter().take(MOST).map(|item| item.serial.as_str()).collect();
    let more = items.len().saturating_sub(MOST);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("{}{more}", serials.join(", "))
}
