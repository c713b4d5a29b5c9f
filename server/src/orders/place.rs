//! A distributor orders.

use uuid::Uuid;
use vitals::Kind;

use super::numbered::Numbered;
use super::order::Delivery;
use super::store::steps::{NewStep, Of};
use super::{MOST_LINES, MOST_OF_A_LINE, Orders, invalid, must, rules, store};
use crate::ground::enums::{Errand, OrderStepKind};
use crate::ground::ids::{DeviceModelId, DistributorId, OrderId, OrderLineId};
use crate::identity::{Caller, CallerScope};
use crate::registry::contacts::Phone;
use crate::registry::faults::whole;
use crate::registry::{Country, Line, RegistryError, Typed as _, both, models};
use crate::tenancy::{DistributorScope, Right, Scope as _, SystemScope, Tx};

/// So many of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// The model; none: hubs.
    pub model: Option<DeviceModelId>,
    /// How many, 1 to 10,000.
    pub quantity: i32,
}

/// Where it is to go, as typed.
#[derive(Debug, Clone, Default)]
pub struct NewDelivery {
    /// To whom.
    pub name: String,
    /// Who is asked for there.
    pub contact: Option<String>,
    /// Whom the carrier calls.
    pub phone: Option<String>,
    /// Street and number.
    pub street: String,
    /// Postal code.
    pub postal_code: Option<String>,
    /// City.
    pub city: String,
    /// State or province.
    pub region: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

impl NewDelivery {
    fn checked(&self) -> Result<Delivery, RegistryError> {
        let phone = Phone::maybe("phone", self.phone.as_deref());
        let country = Country::parse("country", &self.country);
        whole!(Delivery {
            name: line::<200>("deliver_to", &self.name),
            contact: maybe_line::<200>("contact", self.contact.as_deref()),
            street: line::<200>("street", &self.street),
            city: line::<100>("city", &self.city),
            region: maybe_line::<100>("region", self.region.as_deref()),
            postal_code: maybe_line::<20>("postal_code", self.postal_code.as_deref()),
            country: country.map(|country| country.as_str().to_owned()),
            phone: phone.map(|phone| phone.map(|phone| phone.as_str().to_owned())),
        })
    }
}

fn line<const MAX: usize>(field: &'static str, typed: &str) -> Result<String, RegistryError> {
    Line::<MAX>::parse(field, typed).map(|line| line.to_string())
}

/// The same where nothing at all may be typed.
fn maybe_line<const MAX: usize>(
    field: &'static str,
    typed: Option<&str>,
) -> Result<Option<String>, RegistryError> {
    let read = Line::<MAX>::maybe(field, typed)?;
    Ok(read.map(|line| line.to_string()))
}

/// An order to make.
#[derive(Debug, Clone)]
pub struct NewOrder {
    /// Made with the form: sent twice, it orders once.
    pub token: Uuid,
    /// What is wanted, 1 to 50 models. The same model twice is one line.
    pub wanted: Vec<Wanted>,
    /// Where it is to go.
    pub delivery: NewDelivery,
    /// The distributor's own word for it, at most 100 characters.
    pub reference: Option<String>,
    /// What else is to be said, at most 2,000 characters.
    pub note: Option<String>,
}

/// The distributor's own word for an order, and what else it says.
type Words = (Option<String>, Option<String>);

impl NewOrder {
    /// Refuses what cannot be taken of where it is to go and what is said with it; the lines are looked at when it is placed.
    pub fn check(&self) -> Result<(), RegistryError> {
        self.words().map(drop)
    }

    fn words(&self) -> Result<(Delivery, Words), RegistryError> {
        let words = both(
            maybe_line::<100>("reference", self.reference.as_deref()),
            rules::maybe_note("note", self.note.as_deref()),
        );
        both(self.delivery.checked(), words)
    }
}

/// An order that can be written down.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) distributor: DistributorId,
    pub(super) token: Uuid,
    pub(super) reference: Option<String>,
    pub(super) delivery: Delivery,
    pub(super) lines: Vec<CheckedLine>,
}

/// One of its lines.
#[derive(Debug)]
pub(super) struct CheckedLine {
    pub(super) id: OrderLineId,
    pub(super) place: i16,
    pub(super) model: Option<DeviceModelId>,
    pub(super) name: String,
    pub(super) kinds: Vec<Kind>,
    pub(super) quantity: i32,
}

impl Checked {
    pub(super) fn devices(&self) -> i32 {
        self.sum(|line| line.model.is_some())
    }

    pub(super) fn hubs(&self) -> i32 {
        self.sum(|line| line.model.is_none())
    }

    fn sum(&self, which: fn(&CheckedLine) -> bool) -> i32 {
        let of = self.lines.iter().filter(|line| which(line));
        of.map(|line| line.quantity).sum()
    }
}

impl Orders<'_> {
    /// Orders for the caller's distributor. Whoever sends the same form again gets the order that it made.
    pub async fn place(&self, by: &Caller, new: NewOrder) -> Result<OrderId, RegistryError> {
        must(by, Right::PlaceOrders)?;
        let CallerScope::Distributor(scope) = &by.scope else {
            return Err(RegistryError::NotAllowed("it is for other people than you"));
        };
        let (wanted, (delivery, (reference, note))) = both(merged(&new.wanted), new.words())?;
        let lines = scope
            .run(self.database, async |tx| self.lines_of(tx, wanted).await)
            .await?;
        let order = Checked {
            distributor: scope.id(),
            token: new.token,
            reference,
            delivery,
            lines,
        };
        SystemScope::for_purpose("order for the caller's distributor")
            .run(self.database, async |tx| {
                self.write_down(tx, by, &order, note).await
            })
            .await
    }

    async fn lines_of(
        &self,
        tx: &Tx<DistributorScope>,
        wanted: Vec<Wanted>,
    ) -> Result<Vec<CheckedLine>, RegistryError> {
        let mut lines = Vec::with_capacity(wanted.len());
        for (place, Wanted { model, quantity }) in (1..).zip(wanted) {
            let (name, kinds) = match model {
                None => ("Hub".to_owned(), Vec::new()),
                Some(id) => match models::get(tx, id).await {
                    Ok(model) => (format!("{} {}", model.maker, model.name), model.kinds),
                    Err(RegistryError::NotFound(_)) => {
                        return Err(invalid("lines", "must name models that there are"));
                    }
                    Err(error) => return Err(error),
                },
            };
            lines.push(CheckedLine {
                id: self.ground.id(),
                place,
                model,
                name,
                kinds,
                quantity,
            });
        }
        Ok(lines)
    }

    async fn write_down(
        &self,
        tx: &Tx<SystemScope>,
        by: &Caller,
        order: &Checked,
        note: Option<String>,
    ) -> Result<OrderId, RegistryError> {
        let (id, now): (OrderId, _) = (self.ground.id(), self.now());
        let form = (order.distributor, order.token);
        let number = match self.numbered(tx, Errand::Order, form).await? {
            Numbered::Before(made) => return Ok(made.into()),
            Numbered::Now(number) => number,
        };
        store::orders::system_insert(tx, (id, &number), order, by, now).await?;
        let step = NewStep::of(OrderStepKind::Ordered);
        self.first_steps(tx, by, Of::Order(id), (step, note)).await?;
        Ok(id)
    }
}

/// Each model once, in the order in which they were named.
fn merged(wanted: &[Wanted]) -> Result<Vec<Wanted>, RegistryError> {
    let mut merged: Vec<Wanted> = Vec::new();
    for one in wanted {
        if one.quantity < 1 {
            return Err(invalid("lines", "must want at least one of each"));
        }
        match merged.iter().position(|other| other.model == one.model) {
            Some(at) => merged[at].quantity = merged[at].quantity.saturating_add(one.quantity),
            None if merged.len() == MOST_LINES => {
                return Err(invalid("lines", format!("must be at most {MOST_LINES}")));
            }
            None => merged.push(*one),
        }
    }
    if merged.is_empty() {
        return Err(invalid("lines", "must want something"));
    }
    if merged.iter().any(|one| one.quantity > MOST_OF_A_LINE) {
        return Err(invalid("lines", "must want at most 10,000 of each"));
    }
    Ok(merged)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn want(model: u128, quantity: i32) -> Wanted {
        Wanted {
            model: (model > 0).then(|| Uuid::from_u128(model).into()),
            quantity,
        }
    }

    #[test]
    fn each_model_is_wanted_once() {
        let lines = merged(&[want(1, 2), want(0, 1), want(1, 3)]).unwrap();
        assert_eq!(lines, [want(1, 5), want(0, 1)]);
    }

    #[test]
    fn what_is_wanted_is_something_and_not_too_much() {
        assert!(merged(&[]).is_err());
        assert!(merged(&[want(1, 0)]).is_err());
        assert!(merged(&[want(1, -1)]).is_err());
        assert!(merged(&[want(1, 10_000)]).is_ok());
        assert!(merged(&[want(1, 10_000), want(1, 1)]).is_err());
        assert!(merged(&[want(1, i32::MAX), want(1, i32::MAX)]).is_err());
        let many: Vec<Wanted> = (1..=51).map(|model| want(model, 1)).collect();
        assert!(merged(&many).is_err());
        assert!(merged(&many[1..]).is_ok());
    }
}
