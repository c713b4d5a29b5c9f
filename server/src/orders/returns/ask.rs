//! A distributor asks to send something back.

use std::collections::HashMap;

use uuid::Uuid;

use crate::ground::enums::{Errand, OrderStepKind, ReturnReason};
use crate::ground::ids::{DistributorId, ReturnId};
use crate::identity::{Caller, CallerScope};
use crate::orders::numbered::Numbered;
use crate::orders::store::returns::NewReturnItem;
use crate::orders::store::steps::{NewStep, Of};
use crate::orders::{Orders, invalid, must, rules, store};
use crate::registry::RegistryError;
use crate::registry::errands::{self, Found};
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

impl Orders<'_> {
    /// Asks to send devices and hubs of the caller's stock back. Whoever sends the same form again gets the return that it
    /// made.
    pub async fn ask_return(&self, by: &Caller, new: NewReturn) -> Result<ReturnId, RegistryError> {
        must(by, Right::PlaceOrders)?;
        let CallerScope::Distributor(scope) = &by.scope else {
            return Err(RegistryError::NotAllowed("it is for other people than you"));
        };
        let serials = rules::some_serials("serials", &new.serials)?;
        let note = rules::maybe_note("note", new.note.as_deref())?;
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
        let keys: Vec<String> = named.iter().map(|serial| serial.to_ascii_lowercase()).collect();
        let mut found: HashMap<String, Vec<Found>> = HashMap::new();
        for one in errands::system_find(tx, &keys, Some(distributor)).await? {
            found
                .entry(one.serial.to_ascii_lowercase())
                .or_default()
                .push(one);
        }
        let mut items = Vec::with_capacity(named.len());
        for (serial, key) in named.iter().zip(&keys) {
            let of_serial = found.remove(key).unwrap_or_default();
            let why = match of_serial.len() {
                0 => "is not in your stock",
                1 => "is to go back already",
                _ => "is the serial of more than one device in your stock; open a case for it",
            };
            match <[Found; 1]>::try_from(of_serial) {
                Ok([one]) if one.reserved.is_none() => items.push(NewReturnItem {
                    id: self.ground.id(),
                    thing: one.thing,
                    model_id: one.model,
                    model: one.model_name,
                    kinds: one.kinds,
                    serial: one.serial,
                }),
                _ => return Err(invalid("serials", format!("cannot go back: {serial} {why}"))),
            }
        }
        Ok(items)
    }
}
