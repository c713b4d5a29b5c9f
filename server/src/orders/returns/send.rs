//! A return is on its way.

use super::get;
use crate::ground::enums::{OrderStepKind, ReturnState};
use crate::ground::ids::ReturnId;
use crate::identity::Caller;
use crate::orders::store::steps::NewStep;
use crate::orders::{Carriage, Orders, must, seen, store};
use crate::registry::RegistryError;
use crate::tenancy::{Right, Scope as _, SystemScope};

impl Orders<'_> {
    /// Says that what was accepted is on its way, and with whom.
    pub async fn send_return(
        &self,
        by: &Caller,
        id: ReturnId,
        (carrier, tracking): (&str, Option<&str>),
    ) -> Result<(), RegistryError> {
        must(by, Right::PlaceOrders)?;
        let carriage = Carriage::typed(carrier, tracking)?;
        seen!(self, by, tx => get(tx, id))?;
        SystemScope::for_purpose("send a return that the caller sees")
            .run(self.database, async |tx| {
                let back = store::returns::system_lock(tx, id).await?;
                match back.state {
                    ReturnState::Accepted => {}
                    ReturnState::Asked => {
                        return Err(RegistryError::Conflict("the platform has not accepted it yet"));
                    }
                    _ => return Err(RegistryError::Conflict("the return is on its way or over")),
                }
                store::returns::system_carry(tx, id, &carriage).await?;
                let step = NewStep::of(OrderStepKind::Sent).text(Some(carriage.said()));
                self.step_return(tx, by, &back, (ReturnState::Sent, step)).await
            })
            .await
    }
}
