//! Somebody writes about an order or a return.

use super::store::steps::{NewStep, Of};
use super::{Orders, list, must, returns, rules, seen, store};
use crate::ground::enums::OrderStepKind;
use crate::ground::ids::{OrderId, ReturnId};
use crate::identity::Caller;
use crate::registry::RegistryError;
use crate::tenancy::{Right, Scope as _, SystemScope};

/// Notes of one order or return at most.
const MOST: i64 = 200;

impl Orders<'_> {
    /// Writes about an order that the caller sees; both sides read it.
    pub async fn note(&self, by: &Caller, id: OrderId, text: &str) -> Result<(), RegistryError> {
        must(by, Right::HandleOrders)?;
        let text = rules::note("text", text)?;
        seen!(self, by, tx => list::get(tx, id))?;
        self.write(by, Of::Order(id), text).await
    }

    /// Writes about a return that the caller sees; both sides read it.
    pub async fn note_return(&self, by: &Caller, id: ReturnId, text: &str) -> Result<(), RegistryError> {
        must(by, Right::HandleOrders)?;
        let text = rules::note("text", text)?;
        seen!(self, by, tx => returns::get(tx, id))?;
        self.write(by, Of::Return(id), text).await
    }

    async fn write(&self, by: &Caller, of: Of, text: String) -> Result<(), RegistryError> {
        SystemScope::for_purpose("write about an order or a return that the caller sees")
            .run(self.database, async |tx| {
                match of {
                    Of::Order(id) => store::orders::system_lock(tx, id).await.map(drop)?,
                    Of::Return(id) => store::returns::system_lock(tx, id).await.map(drop)?,
                }
                if store::steps::system_notes(tx, of).await? >= MOST {
                    return Err(RegistryError::Conflict("it has 200 notes already"));
                }
                let step = NewStep::of(OrderStepKind::Note).text(Some(text));
                self.step(tx, by, of, step).await
            })
            .await
    }
}
