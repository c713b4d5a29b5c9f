//! A parcel arrives.

use std::collections::HashSet;

use super::order::Item;
use super::store::orders::Locked;
use super::store::steps::{NewStep, Of};
use super::way::OrderMove;
use super::{Orders, named, rules, store};
use crate::ground::enums::{Errand, OrderItemState, OrderStepKind};
use crate::ground::ids::{OrderId, OrderItemId, ParcelId};
use crate::identity::Caller;
use crate::registry::RegistryError;
use crate::registry::errands::{self, Ends, Thing};
use crate::tenancy::{SystemScope, Tx};

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
        match arrived {
            Arrived::AllBut { parcel, missing } => self.all_but(by, id, (parcel, &missing)).await,
            Arrived::AfterAll(serials) => self.after_all(by, id, &serials).await,
        }
    }

    async fn all_but(
        &self,
        by: &Caller,
        id: OrderId,
        (parcel, missing): (Option<ParcelId>, &[String]),
    ) -> Result<usize, RegistryError> {
        let act = self.begin(by, OrderMove::Receive)?;
        let named = rules::serials("missing", missing)?;
        act.on(id, async |tx, order| {
            let all = store::items::in_state(tx, id, &[OrderItemState::Shipped], parcel).await?;
            if all.is_empty() {
                return Err(RegistryError::Conflict(
                    "nothing of this parcel is on its way any more",
                ));
            }
            let missing = named::pick("missing", all.clone(), &named)?;
            let gone: HashSet<OrderItemId> = missing.iter().map(|item| item.id).collect();
            let here: Vec<Item> = all.into_iter().filter(|item| !gone.contains(&item.id)).collect();
            if !here.is_empty() {
                self.take_in(tx, by, (id, &order), (&here, None)).await?;
            }
            if !missing.is_empty() {
                let state = OrderItemState::Missing;
                store::items::system_set_state(tx, id, &Item::ids(&missing), state, self.now()).await?;
                let step = NewStep::of(OrderStepKind::Missing)
                    .count(missing.len())
                    .text(Some(rules::named(missing.iter().map(Item::serial))));
                self.step(tx, by, Of::Order(id), step).await?;
            }
            self.settle(tx, by, id).await?;
            Ok(here.len())
        })
        .await
    }

    async fn after_all(&self, by: &Caller, id: OrderId, serials: &[String]) -> Result<usize, RegistryError> {
        let act = self.begin(by, OrderMove::TakeLate)?;
        let named = rules::some_serials("serials", serials)?;
        act.on(id, async |tx, order| {
            let all = store::items::in_state(tx, id, &[OrderItemState::Missing], None).await?;
            let here = named::pick("serials", all, &named)?;
            let late = rules::named(here.iter().map(Item::serial));
            let said = format!("arrived after all: {late}");
            self.take_in(tx, by, (id, &order), (&here, Some(said))).await?;
            self.settle(tx, by, id).await?;
            Ok(here.len())
        })
        .await
    }

    async fn take_in(
        &self,
        tx: &Tx<SystemScope>,
        by: &Caller,
        (id, order): (OrderId, &Locked),
        (here, said): (&[Item], Option<String>),
    ) -> Result<(), RegistryError> {
        let things: Vec<Thing> = here.iter().map(|item| item.thing).collect();
        let note = format!("Order {}", order.number);
        let ends = [Ends::Delivered(order.distributor)];
        let what = (Errand::Order, ends.as_slice(), note.as_str());
        errands::system_end(tx, self.ground, by.person.id, &things, what).await?;
        let state = OrderItemState::Received;
        store::items::system_set_state(tx, id, &Item::ids(here), state, self.now()).await?;
        let step = NewStep::of(OrderStepKind::Received).count(here.len()).text(said);
        self.step(tx, by, Of::Order(id), step).await
    }
}
