//! A return arrives.

use std::collections::HashSet;

use super::{ReturnItem, get};
use crate::ground::enums::{Errand, OrderStepKind, ReturnItemState, ReturnState};
use crate::ground::ids::{ReturnId, ReturnItemId};
use crate::identity::Caller;
use crate::orders::store::returns::Locked;
use crate::orders::store::steps::{NewStep, Of};
use crate::orders::{Orders, invalid, must, rules, seen, store};
use crate::registry::RegistryError;
use crate::registry::errands::{self, Ends, Thing};
use crate::tenancy::{Right, Scope as _, SystemScope, Tx};

/// What came back, by what is not as usual.
#[derive(Debug, Clone, Default)]
pub struct CameBack {
    /// What goes out of use for good, instead of into the inventory.
    pub retired: Vec<String>,
    /// What was not in it: it stays in the distributor's stock.
    pub missing: Vec<String>,
}

impl Orders<'_> {
    /// Takes in what came back: into the inventory, or out of use for good.
    pub async fn receive_return(
        &self,
        by: &Caller,
        id: ReturnId,
        came: CameBack,
    ) -> Result<(), RegistryError> {
        must(by, Right::FulfilOrders)?;
        let retired = rules::serials("retired", &came.retired)?;
        let missing = rules::serials("missing", &came.missing)?;
        seen!(self, by, tx => get(tx, id))?;
        SystemScope::for_purpose("take in a return that the caller sees")
            .run(self.database, async |tx| {
                let back = store::returns::system_lock(tx, id).await?;
                if back.state != ReturnState::Sent {
                    return Err(RegistryError::Conflict("the return is not on its way"));
                }
                let all = store::returns::items(tx, id).await?;
                let retired = rules::pick("retired", all.clone(), ReturnItem::serial, &retired)?;
                let missing = rules::pick("missing", all.clone(), ReturnItem::serial, &missing)?;
                let gone: HashSet<ReturnItemId> = missing.iter().map(|item| item.id).collect();
                if retired.iter().any(|item| gone.contains(&item.id)) {
                    return Err(invalid("retired", "names something that is missing too"));
                }
                let apart: HashSet<ReturnItemId> =
                    retired.iter().chain(&missing).map(|item| item.id).collect();
                let inventory: Vec<ReturnItem> =
                    all.into_iter().filter(|item| !apart.contains(&item.id)).collect();
                let came = inventory.len() + retired.len();
                self.take_back(tx, by, &back, &inventory, ReturnItemState::Inventory)
                    .await?;
                self.take_back(tx, by, &back, &retired, ReturnItemState::Retired)
                    .await?;
                self.take_back(tx, by, &back, &missing, ReturnItemState::Missing)
                    .await?;
                let of = Of::Return(id);
                if !missing.is_empty() {
                    let step = NewStep::of(OrderStepKind::Missing).count(missing.len());
                    store::steps::system_insert(tx, (self.ground.id(), of), step, by, self.now()).await?;
                }
                let step = NewStep::of(OrderStepKind::Returned).count(came);
                self.step_return(tx, by, &back, (ReturnState::Received, step))
                    .await
            })
            .await
    }

    async fn take_back(
        &self,
        tx: &Tx<SystemScope>,
        by: &Caller,
        back: &Locked,
        items: &[ReturnItem],
        state: ReturnItemState,
    ) -> Result<(), RegistryError> {
        let things: Vec<Thing> = items.iter().map(|item| item.thing).collect();
        let note = format!("Return {}", back.number);
        let ends = match state {
            ReturnItemState::Inventory => [Ends::TakenBack].as_slice(),
            ReturnItemState::Retired => [Ends::TakenBack, Ends::Retired].as_slice(),
            _ => [].as_slice(),
        };
        let what = (Errand::Return, ends, note.as_str());
        errands::system_end(tx, self.ground, by.person.id, &things, what).await?;
        let ids: Vec<ReturnItemId> = items.iter().map(|item| item.id).collect();
        store::returns::system_end_items(tx, back.id, &ids, (state, self.now())).await
    }
}
