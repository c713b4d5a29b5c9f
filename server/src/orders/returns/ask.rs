//! A distributor asks to send something back.

use uuid::Uuid;

use crate::ground::enums::{Errand, OrderStepKind, ReturnReason};
use crate::ground::ids::{DistributorId, ReturnId};
use crate::identity::{Caller, CallerScope};
use crate::orders::named::{self, Among};
use crate::orders::numbered::Numbered;
use crate::orders::store::returns::NewReturnItem;
use crate::orders::store::steps::{NewStep, Of};
use crate::orders::{Orders, invalid, must, rules, store};
use crate::registry::errands;
use crate::registry::{RegistryError, both};
use crate::tenancy::{Right, Scope as _, SystemScope, Tx};

/// What is to go back.
#[derive(Debug, Clone)]
pub struct NewReturn {
    /// Made with the form: sent twice, it asks once.
    pub token: Uuid,
    /// Why.
    pub reason: ReturnReason,
    /// Devices and hubs of the distributor's stock, 1 to 500.
    pub serials: Vec<String>,
    /// What else is to be said, at most 2,000 characters.
    pub note: Option<String>,
}

/// Refuses what cannot be taken of what was typed about a return.
pub fn check(serials: &[String], note: Option<&str>) -> Result<(), RegistryError> {
    checked(serials, note).map(drop)
}

fn checked(serials: &[String], note: Option<&str>) -> Result<(Vec<String>, Option<String>), RegistryError> {
    both(
        rules::some_serials("serials", serials),
        rules::maybe_note("note", note),
    )
}

impl Orders<'_> {
    /// Asks to send devices and hubs of the caller's stock back. Whoever sends the same form again gets the return that it
    /// made.
    pub async fn ask_return(&self, by: &Caller, new: NewReturn) -> Result<ReturnId, RegistryError> {
        must(by, Right::PlaceOrders)?;
        let CallerScope::Distributor(scope) = &by.scope else {
            return Err(RegistryError::NotAllowed("it is for other people than you"));
        };
        let (serials, note) = checked(&new.serials, new.note.as_deref())?;
        let (id, now, distributor): (ReturnId, _, _) = (self.ground.id(), self.now(), scope.id());
        SystemScope::for_purpose("ask to send back what lies in the caller's stock")
            .run(self.database, async |tx| {
                let form = (distributor, new.token);
                let number = match self.numbered(tx, Errand::Return, form).await? {
                    Numbered::Before(made) => return Ok(made.into()),
                    Numbered::Now(number) => number,
                };
                let items = self.of_stock(tx, distributor, &serials).await?;
                let of = (id, distributor, new.token);
                store::returns::system_insert(tx, of, &number, (new.reason, &items), by, now).await?;
                let step = NewStep::of(OrderStepKind::Asked).count(items.len());
                self.first_steps(tx, by, Of::Return(id), (step, note)).await?;
                Ok(id)
            })
            .await
    }

    async fn of_stock(
        &self,
        tx: &Tx<SystemScope>,
        distributor: DistributorId,
        named: &[String],
    ) -> Result<Vec<NewReturnItem>, RegistryError> {
        let found = errands::system_find(tx, &named::serials(named), Some(distributor)).await?;
        let mut found = Among::of(found);
        let mut items = Vec::with_capacity(named.len());
        for typed in named {
            let cannot = |why: &str| invalid("serials", format!("cannot go back: {typed} {why}"));
            let meant = found.meant(typed);
            if meant.all().next().is_none() {
                return Err(cannot("is not in your stock"));
            }
            let free = meant.keep(|one| one.reserved.is_none());
            if free.is_several() {
                return Err(cannot(&free.instead()));
            }
            let one = free.take().ok_or_else(|| cannot("is to go back already"))?;
            items.push(NewReturnItem {
                id: self.ground.id(),
                thing: one.thing,
                model_id: one.model,
                model: one.model_name,
                kinds: one.kinds,
                serial: one.serial,
            });
        }
        Ok(items)
    }
}
