//! A parcel goes out.

use super::order::Item;
use super::store::steps::{NewStep, Of};
use super::way::OrderMove;
use super::{MOST_AT_ONCE, Orders, named, rules, store};
use crate::ground::enums::{OrderItemState, OrderStepKind};
use crate::ground::ids::{OrderId, ParcelId};
use crate::identity::Caller;
use crate::registry::faults::whole;
use crate::registry::{RegistryError, both, errands};

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
        whole!(Carriage {
            carrier: rules::carrier(carrier),
            tracking: rules::tracking(tracking),
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
    /// Sends what was found for an order, in one parcel of at most 500 things. Nothing is sent to a distributor that is
    /// closed, who could not take it in.
    pub async fn ship(&self, by: &Caller, id: OrderId, new: NewParcel) -> Result<ParcelId, RegistryError> {
        let act = self.begin(by, OrderMove::Ship)?;
        let carriage = Carriage::typed(&new.carrier, new.tracking.as_deref());
        let (carriage, named) = both(carriage, rules::maybe_serials("serials", new.serials.as_deref()))?;
        let parcel: ParcelId = self.ground.id();
        act.on(id, async |tx, order| {
            errands::system_must_be_served(tx, order.distributor).await?;
            let all = store::items::in_state(tx, id, &[OrderItemState::Allocated], None).await?;
            let mut items = match &named {
                None => all,
                Some(named) => named::pick("serials", all, named)?,
            };
            if items.is_empty() {
                return Err(RegistryError::Conflict("there is nothing to send"));
            }
            items.truncate(MOST_AT_ONCE);
            let of = (parcel, id, order.distributor);
            store::orders::system_insert_parcel(tx, of, &carriage, by.person.id, self.now()).await?;
            store::items::system_ship(tx, id, &Item::ids(&items), parcel).await?;
            let step = NewStep::of(OrderStepKind::Shipped)
                .count(items.len())
                .text(Some(carriage.said()));
            self.step(tx, by, Of::Order(id), step).await?;
            self.settle(tx, by, id).await
        })
        .await?;
        Ok(parcel)
    }
}
