//! An order comes to nothing.

use super::store::steps::{NewStep, Of};
use super::way::OrderMove;
use super::{Orders, rules, store};
use crate::ground::enums::{OrderItemState, OrderState, OrderStepKind};
use crate::ground::ids::OrderId;
use crate::identity::Caller;
use crate::registry::RegistryError;

impl Orders<'_> {
    /// Cancels an order of which nothing was sent: its distributor, who thinks better of it, or the platform, which cannot
    /// deliver. What was found for it is free again.
    pub async fn cancel(&self, by: &Caller, id: OrderId, why: Option<String>) -> Result<(), RegistryError> {
        let act = self.begin(by, OrderMove::Cancel)?;
        let why = rules::maybe_note("reason", why.as_deref())?;
        act.on(id, async |tx, _| {
            let found = store::items::in_state(tx, id, &[OrderItemState::Allocated], None).await?;
            self.set_free(tx, id, &found).await?;
            let step = NewStep::of(OrderStepKind::Cancelled).text(why);
            self.step(tx, by, Of::Order(id), step).await?;
            store::orders::system_set_state(tx, id, OrderState::Cancelled, self.now()).await
        })
        .await
    }
}
