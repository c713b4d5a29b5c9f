//! Choosing a customer or a distributor in a form: from a list while it can be looked through, else by name.

use web_templates::{Choice, Field, Select};

use super::error::PageError;
use super::namesakes::{Apart, Known, apart};
use super::sent::{Refused, Sent};
use super::visitor::Visitor;
use crate::ground::enums::OrganisationState;
use crate::ground::ids::{CustomerId, DistributorId};
use crate::http::State;
use crate::identity::CallerScope;
use crate::registry::organisations::{self, CustomerFilter, DistributorFilter, SeesDistributors};
use crate::registry::{Ask, RegistryError, RegistryScope};
use crate::tenancy::{AdminScope, Scope as _, Tx};

/// Names that a list offers; where there are more, one is typed.
const MOST: u16 = 200;
/// Those that are asked back, where what was typed is part of several names.
const MATCHES: usize = 20;

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
        let named = open.map(|one| (one.id.to_string(), Known::from(one)));
        Ok(Self::of(page.next.is_none(), named.collect()))
    }

    /// The open distributors.
    pub(super) async fn distributors<S: SeesDistributors>(tx: &Tx<S>) -> Result<Self, RegistryError> {
        let page = organisations::distributors(tx, &Ask::first(MOST)).await?;
        let open = page
            .rows
            .iter()
            .filter(|one| one.state != OrganisationState::Closed);
        let named = open.map(|one| (one.id.to_string(), Known::from(one)));
        Ok(Self::of(page.next.is_none(), named.collect()))
    }

    /// Those whose name another one has are called by what tells them apart.
    fn of(is_whole: bool, found: Vec<(String, Known<'_>)>) -> Self {
        let (ids, known): (Vec<_>, Vec<_>) = found.into_iter().unzip();
        let words = known.iter().zip(apart(&known)).map(|(one, apart)| {
            if apart.has_namesake {
                one.words(apart.added.as_ref())
            } else {
                one.name.to_owned()
            }
        });
        Self {
            named: is_whole.then(|| ids.into_iter().zip(words).collect()),
        }
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
            return Field::text(name, label)
                .placeholder("Northside")
                .hint("Part of its name: where it fits several, you are asked which.");
        };
        let all = named.iter().map(|(id, name)| Choice::new(id, name, id == chosen));
        let nobody = Choice::new("", first, chosen.is_empty());
        Field::select(name, label, std::iter::once(nobody).chain(all).collect())
    }
}

/// Whose things a list shows, as its address says it.
#[derive(Debug, Default)]
pub(super) struct Holding {
    /// The customer.
    pub(super) customer: Option<CustomerId>,
    /// The distributor.
    pub(super) distributor: Option<DistributorId>,
    /// The name, for a filter whose list is too long to hold it.
    pub(super) name: Option<String>,
}

impl Holding {
    /// A customer that the scope sees; else the id is taken for a distributor's. What is no id is nobody's.
    pub(super) async fn of<S: RegistryScope>(tx: &Tx<S>, word: &str) -> Result<Self, RegistryError> {
        let Ok(id) = word.parse::<CustomerId>() else {
            return Ok(Self::default());
        };
        match organisations::customer(tx, id).await {
            Ok(customer) => Ok(Self {
                customer: Some(id),
                distributor: None,
                name: Some(customer.name),
            }),
            Err(RegistryError::NotFound(_)) => Ok(Self {
                customer: None,
                distributor: Some(DistributorId::from(id.as_uuid())),
                name: None,
            }),
            Err(error) => Err(error),
        }
    }
}

/// Who there is to choose from above a list, and the name of who is chosen.
#[derive(Debug, Default)]
pub(super) struct Holders {
    distributors: Offer,
    customers: Offer,
    name: Option<String>,
}

impl Holders {
    /// For whoever sees more than one organisation's.
    pub(super) async fn find(
        state: &State,
        visitor: &Visitor,
        holding: Holding,
    ) -> Result<Option<Self>, PageError> {
        let mut found = Self {
            name: holding.name,
            ..Self::default()
        };
        let database = state.database();
        match visitor.scope() {
            CallerScope::Admin(scope) => {
                let work = async |tx: &_| {
                    found.distributors = Offer::distributors(tx).await?;
                    found.customers = Offer::customers(tx).await?;
                    if let Some(id) = holding.distributor {
                        found.name = organisations::distributor(tx, id).await.ok().map(|one| one.name);
                    }
                    Ok::<_, RegistryError>(())
                };
                scope.run(database, work).await?;
            }
            CallerScope::Distributor(scope) => {
                let work = async |tx: &_| Offer::customers(tx).await;
                found.customers = scope.run(database, work).await?;
            }
            CallerScope::Finance(_) | CallerScope::Customer(_) => return Ok(None),
        }
        Ok(Some(found))
    }

    /// The choice; whoever is chosen is in it in any case.
    pub(super) fn select(&self, name: &str, label: &str, first: Vec<Choice>, chosen: &str) -> Select {
        let mut choices = first;
        for offer in [&self.distributors, &self.customers] {
            let names = offer.names().unwrap_or_default().iter();
            choices.extend(names.map(|(id, name)| Choice::new(id, name, *id == chosen)));
        }
        if let Some(name) = &self.name
            && !choices.iter().any(|choice| choice.selected)
        {
            choices.push(Choice::new(chosen, name, true));
        }
        Select {
            name: name.to_owned(),
            label: label.to_owned(),
            choices,
        }
    }
}

/// The customer that was chosen by its id or its name; none where nobody was. What is part of several names is asked back.
pub(super) async fn customer<S: RegistryScope>(
    tx: &Tx<S>,
    sent: &Sent,
    field: &'static str,
) -> Result<Option<CustomerId>, Refused> {
    let Some(typed) = typed(sent, field) else {
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
    let open = found
        .rows
        .iter()
        .filter(|one| one.state != OrganisationState::Closed);
    let named = open.map(|one| (one.id, Known::from(one)));
    one(field, "customer", typed, &named.collect::<Vec<_>>()).map(Some)
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

/// The distributor that was chosen by its id or its name; none where nobody was. What is part of several names is asked back.
pub(super) async fn distributor(
    tx: &Tx<AdminScope>,
    sent: &Sent,
    field: &'static str,
) -> Result<Option<DistributorId>, Refused> {
    let Some(typed) = typed(sent, field) else {
        return Ok(None);
    };
    if let Ok(id) = typed.parse::<DistributorId>() {
        return match organisations::distributor(tx, id).await {
            Ok(distributor) => Ok(Some(distributor.id)),
            Err(RegistryError::NotFound(_)) => Err(unknown(field, "distributor")),
            Err(error) => Err(error.into()),
        };
    }
    let wanted = DistributorFilter {
        q: Some(typed.to_owned()),
        state: None,
    };
    let found = organisations::distributors_like(tx, &wanted, &Ask::first(MOST)).await?;
    let open = found
        .rows
        .iter()
        .filter(|one| one.state != OrganisationState::Closed);
    let named = open.map(|one| (one.id, Known::from(one)));
    one(field, "distributor", typed, &named.collect::<Vec<_>>()).map(Some)
}

/// What was chosen, else what was looked for beside the choice (`Form::narrow`).
fn typed<'a>(sent: &'a Sent, field: &str) -> Option<&'a str> {
    sent.maybe(field).or_else(|| sent.maybe(&format!("{field}_q")))
}

fn is_same(name: &str, typed: &str) -> bool {
    name.to_lowercase() == typed.to_lowercase()
}

/// The one with this name; where there is none or more than one, those that may be meant are asked back. A choice carries the
/// name, so that a form that comes back again shows whom it is about; where two have one name, the id.
fn one<I: Copy + ToString>(
    field: &'static str,
    what: &str,
    typed: &str,
    found: &[(I, Known<'_>)],
) -> Result<I, Refused> {
    let known: Vec<Known<'_>> = found.iter().map(|(_, one)| *one).collect();
    let told: Vec<(I, Known<'_>, Apart)> = found
        .iter()
        .zip(apart(&known))
        .map(|((id, one), apart)| (*id, *one, apart))
        .collect();
    let same: Vec<_> = told
        .iter()
        .filter(|(_, one, _)| is_same(one.name, typed))
        .collect();
    let meant = match same.as_slice() {
        [(id, ..)] => return Ok(*id),
        [] => told.iter().collect(),
        _ => same,
    };
    if meant.is_empty() {
        return Err(unknown(field, what));
    }
    let choice = |(id, one, apart): &&(I, Known<'_>, Apart)| {
        let value = if apart.has_namesake {
            id.to_string()
        } else {
            one.name.to_owned()
        };
        (value, one.words(apart.added.as_ref()))
    };
    let why = if meant.len() > MATCHES {
        format!(
            "Many have this in their name; these are the first {MATCHES}. Choose one, or type more of it."
        )
    } else {
        format!("Choose the {what} that you mean.")
    };
    let meant = meant.iter().take(MATCHES).map(choice).collect();
    Err(Refused::which(field, meant, why))
}

fn unknown(field: &'static str, what: &str) -> Refused {
    Refused::at(
        field,
        format!("No {what} has this in its name. Part of the name is enough."),
    )
}
