//! Choosing a customer or a distributor in a form: from a list while it can be looked through, else by name.

use web_templates::{Choice, Field};

use super::sent::{Refused, Sent};
use crate::ground::enums::OrganisationState;
use crate::ground::ids::{CustomerId, DistributorId};
use crate::registry::organisations::{self, CustomerFilter, SeesDistributors};
use crate::registry::{Ask, RegistryError, RegistryScope};
use crate::tenancy::{AdminScope, Tx};

/// Names that a list offers; where there are more, one is typed.
const MOST: u16 = 200;

/// Whom a scope may choose.
#[derive(Debug, Default)]
pub(super) struct Offer {
    /// Id and name of each; none: there are too many for a list.
    named: Option<Vec<(String, String)>>,
}

impl Offer {
    /// The open customers that the scope sees.
    pub(super) async fn customers<S: RegistryScope>(tx: &Tx<S>) -> Result<Self, RegistryError> {
        let page = organisations::customers(tx, &Ask::first(MOST)).await?;
        let open = page
            .rows
            .iter()
            .filter(|one| one.state != OrganisationState::Closed);
        let named = open.map(|one| (one.id.to_string(), one.name.clone())).collect();
        Ok(Self {
            named: page.next.is_none().then_some(named),
        })
    }

    /// The open distributors.
    pub(super) async fn distributors<S: SeesDistributors>(tx: &Tx<S>) -> Result<Self, RegistryError> {
        let page = organisations::distributors(tx, &Ask::first(MOST)).await?;
        let open = page
            .rows
            .iter()
            .filter(|one| one.state != OrganisationState::Closed);
        let named = open.map(|one| (one.id.to_string(), one.name.clone())).collect();
        Ok(Self {
            named: page.next.is_none().then_some(named),
        })
    }

    /// The names; none where there are too many.
    pub(super) fn names(&self) -> Option<&[(String, String)]> {
        self.named.as_deref()
    }

    /// Whether there is nobody to choose.
    pub(super) fn is_empty(&self) -> bool {
        self.named.as_ref().is_some_and(Vec::is_empty)
    }

    /// The field. `first` is what stands there before anybody is chosen; `chosen` an id.
    pub(super) fn field(&self, name: &str, label: &str, first: &str, chosen: &str) -> Field {
        let Some(named) = &self.named else {
            return Field::text(name, label).hint("Its name, as its page shows it.");
        };
        let all = named.iter().map(|(id, name)| Choice::new(id, name, id == chosen));
        let nobody = Choice::new("", first, chosen.is_empty());
        Field::select(name, label, std::iter::once(nobody).chain(all).collect())
    }
}

/// The customer that was chosen by its id or its name; none where nobody was.
pub(super) async fn customer<S: RegistryScope>(
    tx: &Tx<S>,
    sent: &Sent,
    field: &'static str,
) -> Result<Option<CustomerId>, Refused> {
    let Some(typed) = sent.maybe(field) else {
        return Ok(None);
    };
    if let Ok(id) = typed.parse::<CustomerId>() {
        return match organisations::customer(tx, id).await {
            Ok(customer) => Ok(Some(customer.id)),
            Err(RegistryError::NotFound(_)) => Err(unknown(field, "customer")),
            Err(error) => Err(error.into()),
        };
    }
    let wanted = CustomerFilter {
        q: Some(typed.to_owned()),
        ..CustomerFilter::default()
    };
    let found = organisations::customers_like(tx, &wanted, &Ask::first(MOST)).await?;
    let named = found.rows.iter().filter(|one| is_same(&one.name, typed));
    let named: Vec<CustomerId> = named.map(|one| one.id).collect();
    one(field, "customer", &named).map(Some)
}

/// The customer that has to be chosen.
pub(super) async fn some_customer<S: RegistryScope>(
    tx: &Tx<S>,
    sent: &Sent,
    field: &'static str,
) -> Result<CustomerId, Refused> {
    let chosen = customer(tx, sent, field).await?;
    chosen.ok_or_else(|| Refused::at(field, "Choose a customer."))
}

/// The distributor that was chosen by its id or its name; none where nobody was.
pub(super) async fn distributor(
    tx: &Tx<AdminScope>,
    sent: &Sent,
    field: &'static str,
) -> Result<Option<DistributorId>, Refused> {
    let Some(typed) = sent.maybe(field) else {
        return Ok(None);
    };
    if let Ok(id) = typed.parse::<DistributorId>() {
        return match organisations::distributor(tx, id).await {
            Ok(distributor) => Ok(Some(distributor.id)),
            Err(RegistryError::NotFound(_)) => Err(unknown(field, "distributor")),
            Err(error) => Err(error.into()),
        };
    }
    let mut ask = Ask::first(MOST);
    let mut named = Vec::new();
    loop {
        let page = organisations::distributors(tx, &ask).await?;
        let same = page.rows.iter().filter(|one| is_same(&one.name, typed));
        named.extend(same.map(|one| one.id));
        ask.after = page.next;
        if ask.after.is_none() {
            return one(field, "distributor", &named).map(Some);
        }
    }
}

fn is_same(name: &str, typed: &str) -> bool {
    name.to_lowercase() == typed.to_lowercase()
}

fn one<I: Copy>(field: &'static str, what: &str, found: &[I]) -> Result<I, Refused> {
    match found {
        [] => Err(unknown(field, what)),
        [one] => Ok(*one),
        _ => Err(Refused::at(
            field,
            format!("More than one {what} has this name: open the right one and go on from there."),
        )),
    }
}

fn unknown(field: &'static str, what: &str) -> Refused {
    Refused::at(field, format!("There is no {what} of this name."))
}
