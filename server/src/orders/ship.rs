//! A parcel goes out.

use super::allocate::unfinished;
use super::order::Item;
use super::store::steps::{NewStep, Of};
use super::{MOST_AT_ONCE, Orders, invalid, list, must, rules, seen, store};
use crate::ground::enums::{OrderItemState, OrderStepKind};
use crate::ground::ids::{OrderId, OrderItemId, ParcelId};
use crate::identity::Caller;
use crate::registry::RegistryError;
use crate::tenancy::{Right, Scope as _, SystemScope};

/// Who carries something, as typed.
#[derive(Debug, Clone, Default)]
pub struct NewParcel {
    /// Who carries it, 1 to 60 characters.
    pub carrier: String,
    /// The carrier's number for it, 4 to 40 letters and digits.
    pub tracking: Option<String>,
    /// What is in it; none: all that is found and was not sent.
    pub serials: Option<Vec<String>>,
}

/// Who carries something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carriage {
    /// Who carries it.
    pub carrier: String,
    /// The carrier's number for it.
    pub tracking: Option<String>,
}

impl Carriage {
    /// Reads what was typed.
    pub fn typed(carrier: &str, tracking: Option<&str>) -> Result<Self, RegistryError> {
        Ok(Self {
            carrier: rules::carrier(carrier)?,
            tracking: rules::tracking(tracking)?,
        })
    }

    /// As one says it.
    pub(super) fn said(&self) -> String {
        match &self.tracking {
            Some(tracking) => format!("{}, {tracking}", self.carrier),
            None => self.carrier.clone(),
        }
    }
}

impl Orders<'_> {
    /// Sends what was found for an order, in one parcel of at most 500 things.
    pub async fn ship(&self, by: &Caller, id: OrderId, new: NewParcel) -> Result<ParcelId, RegistryError> {
        must(by, Right::FulfilOrders)?;
        let carriage = Carriage::typed(&new.carrier, new.tracking.as_deref())?;
        let named = new
            .serials
            .map(|typed| rules::serials("serials", &typed))
            .transpose()?;
        seen!(self, by, tx => list::get(tx, id))?;
        let parcel: ParcelId = self.ground.id();
        SystemScope::for_purpose("send what was found for an order that the caller sees")
            .run(self.database, async |tx| {
                let order = unfinished(tx, id).await?;
                let all = store::items::in_state(tx, id, OrderItemState::Allocated, None).await?;
                let mut items = match &named {
                    None => all,
                    Some(named) => rules::pick("serials", all, Item::serial, named)?,
                };
                if items.is_empty() {
                    return Err(RegistryError::Conflict("there is nothing to send"));
                }
                if named.is_some() && items.len() > MOST_AT_ONCE {
                    return Err(invalid("serials", "must be at most 500 in one parcel"));
                }
                items.truncate(MOST_AT_ONCE);
                let (count, now) = (items.len(), self.now());
                let ids: Vec<OrderItemId> = items.into_iter().map(|item| item.id).collect();
                let of = (parcel, id, order.distributor);
                store::orders::system_insert_parcel(tx, of, &carriage, by.person.id, now).await?;
                store::items::system_ship(tx, id, &ids, parcel).await?;
                let step = NewStep::of(OrderStepKind::Shipped)
                    .count(count)
                    .text(Some(carriage.said()));
                store::steps::system_insert(tx, (self.ground.id(), Of::Order(id)), step, by, now).await?;
                let state = store::orders::system_tally(tx, id).await?.state();
                store::orders::system_set_state(tx, id, state, now).await
            })
            .await?;
        Ok(parcel)
    }
}
