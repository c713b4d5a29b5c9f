//! A return arrives.

use std::collections::HashSet;

use super::ReturnItem;
use crate::ground::enums::{Errand, OrderStepKind, ReturnItemState};
use crate::ground::ids::{ReturnId, ReturnItemId};
use crate::identity::Caller;
use crate::orders::store::returns::Locked;
use crate::orders::store::steps::{NewStep, Of};
use crate::orders::way::ReturnMove;
use crate::orders::{Orders, invalid, named, rules, store};
use crate::registry::RegistryError;
use crate::registry::errands::{self, Ends};
use crate::tenancy::{SystemScope, Tx};

/// What came back, by what is not as usual.
#[derive(Debug, Clone, Default)]
pub struct CameBack {
    /// What goes out of use for good, instead of into the inventory.
    pub retired: Vec<String>,
    /// What was not in it: it stays in the distributor's stock.
    pub missing: Vec<String>,
    /// In what condition it came, at most 500 characters.
    pub condition: Option<String>,
}

/// The longest word on a condition: it stands in one step with serials.
const LONGEST_CONDITION: usize = 500;

impl Orders<'_> {
    /// Takes in what came back: into the inventory, or out of use for good.
    pub async fn receive_return(
        &self,
        by: &Caller,
        id: ReturnId,
        came: CameBack,
    ) -> Result<(), RegistryError> {
        let act = self.begin_return(by, ReturnMove::Receive)?;
        let retired = rules::serials("retired", &came.retired)?;
        let missing = rules::serials("missing", &came.missing)?;
        let condition = rules::maybe_note("condition", came.condition.as_deref())?;
        if condition
            .as_ref()
            .is_some_and(|said| said.chars().count() > LONGEST_CONDITION)
        {
            return Err(invalid("condition", "must have at most 500 characters"));
        }
        act.on(id, async |tx, back| {
            let all = store::returns::items(tx, id).await?;
            let retired = named::pick("retired", all.clone(), &retired)?;
            let missing = named::pick("missing", all.clone(), &missing)?;
            let gone: HashSet<ReturnItemId> = missing.iter().map(|item| item.id).collect();
            if retired.iter().any(|item| gone.contains(&item.id)) {
                return Err(invalid("retired", "names something that is missing too"));
            }
            let apart: HashSet<ReturnItemId> = retired.iter().chain(&missing).map(|item| item.id).collect();
            let inventory: Vec<ReturnItem> =
                all.into_iter().filter(|item| !apart.contains(&item.id)).collect();
            self.take_back(tx, by, back, &inventory, ReturnItemState::Inventory)
                .await?;
            self.take_back(tx, by, back, &retired, ReturnItemState::Retired)
                .await?;
            self.take_back(tx, by, back, &missing, ReturnItemState::Missing)
                .await?;
            let serials = |items: &[ReturnItem]| rules::named(items.iter().map(ReturnItem::serial));
            if !missing.is_empty() {
                let step = NewStep::of(OrderStepKind::Missing)
                    .count(missing.len())
                    .text(Some(serials(&missing)));
                self.step(tx, by, Of::Return(id), step).await?;
            }
            let gone = (!retired.is_empty()).then(|| format!("out of use: {}", serials(&retired)));
            let said: Vec<String> = [gone, condition].into_iter().flatten().collect();
            let came = inventory.len() + retired.len();
            let step = NewStep::of(OrderStepKind::Returned).count(came);
            Ok(step.text(Some(said.join(" · ")).filter(|said| !said.is_empty())))
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
        let things = ReturnItem::things(items);
        let note = format!("Return {}", back.number);
        let ends = match state {
            ReturnItemState::Inventory => [Ends::TakenBack].as_slice(),
            ReturnItemState::Retired => [Ends::TakenBack, Ends::Retired].as_slice(),
            _ => [].as_slice(),
        };
        let what = (Errand::Return, ends, note.as_str());
        errands::system_end(tx, self.ground, by.person.id, &things, what).await?;
        let ids = ReturnItem::ids(items);
        store::returns::system_end_items(tx, back.id, &ids, (state, self.now())).await
    }
}
