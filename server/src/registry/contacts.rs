//! Whom one writes to or calls at a customer or a distributor.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::faults::whole;
use super::organisations::{self, SeesDistributors};
use super::rights::HasRights;
use super::scope::RegistryScope;
use super::typed::{Change, Line, Name, Typed};
use super::{RegistryError, store};
use crate::ground::Ground;
use crate::ground::enums::{ContactPurpose, UserRole};
use crate::ground::ids::{ContactId, CustomerId, DistributorId};
use crate::identity::Email;
use crate::tenancy::{Right, Tx};

/// More than anybody looks through, and a bound on what a page holds.
const MOST: i64 = 100;

/// A contact.
#[derive(Debug, Clone)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// What one asks them about.
    pub purpose: ContactPurpose,
    /// Their name.
    pub name: String,
    /// Their address for mail.
    pub email: Option<String>,
    /// Their telephone number, as written.
    pub phone: Option<String>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}

/// A telephone number as people write it: digits, at least three, with blanks and the usual signs, a `+` in front, and an
/// extension behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone(Line<40>);

impl Phone {
    /// As written.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl Typed for Phone {
    fn parse(field: &'static str, text: &str) -> Result<Self, RegistryError> {
        let wrong = || RegistryError::invalid(field, "must be a telephone number, such as +1 555 0100");
        let line = Line::parse(field, text).map_err(|_| wrong())?;
        let is_sign = |c: char| " +-()./,;#*ext".contains(c);
        let good = line.as_str().chars().all(|c| c.is_ascii_digit() || is_sign(c));
        let digits = line.as_str().chars().filter(char::is_ascii_digit).count();
        if good && digits >= 3 {
            Ok(Self(line))
        } else {
            Err(wrong())
        }
    }
}

impl Typed for Email {
    fn parse(field: &'static str, text: &str) -> Result<Self, RegistryError> {
        text.parse().map_err(|_| {
            RegistryError::invalid(field, "must be an address for mail, such as pat@example.org")
        })
    }
}

/// A contact to add.
#[derive(Debug, Clone)]
pub struct NewContact {
    /// What one asks them about.
    pub purpose: ContactPurpose,
    /// Their name.
    pub name: Name,
    /// Their address for mail.
    pub email: Option<Email>,
    /// Their telephone number.
    pub phone: Option<Phone>,
}

impl NewContact {
    /// As it was typed.
    pub fn typed(
        purpose: ContactPurpose,
        name: &str,
        email: Option<&str>,
        phone: Option<&str>,
    ) -> Result<Self, RegistryError> {
        let is_typed = |text: Option<&str>| text.is_some_and(|text| !text.trim().is_empty());
        let address = if is_typed(email) || is_typed(phone) {
            Typed::maybe("email", email)
        } else {
            Err(REACHABLE())
        };
        whole!(NewContact {
            purpose: Ok(purpose),
            name: Typed::parse("name", name),
            email: address,
            phone: Typed::maybe("phone", phone),
        })
    }
}

/// What is to change about a contact.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContactPatch {
    /// What one asks them about.
    pub purpose: Option<ContactPurpose>,
    /// Their name.
    pub name: Option<Name>,
    /// Their address for mail.
    pub email: Option<Change<Email>>,
    /// Their telephone number.
    pub phone: Option<Change<Phone>>,
}

/// Nobody can be asked who can neither be written to nor called.
const REACHABLE: fn() -> RegistryError =
    || RegistryError::invalid("email", "an address for mail or a telephone number is needed");

/// Whose contacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// A customer's.
    Customer(CustomerId),
    /// A distributor's own, not those of its customers.
    Distributor(DistributorId),
}

/// The contacts of a customer that the scope sees, by purpose and name.
pub async fn of_customer<S: RegistryScope>(
    tx: &Tx<S>,
    customer: CustomerId,
) -> Result<Vec<Contact>, RegistryError> {
    organisations::customer(tx, customer).await?;
    store::contacts::list(tx, Of::Customer(customer), MOST).await
}

/// A distributor's own contacts, likewise.
pub async fn of_distributor<S: SeesDistributors>(
    tx: &Tx<S>,
    distributor: DistributorId,
) -> Result<Vec<Contact>, RegistryError> {
    organisations::distributor(tx, distributor).await?;
    store::contacts::list(tx, Of::Distributor(distributor), MOST).await
}

/// Whom one calls at each of these distributors: the first of its main contacts.
pub async fn main_of_distributors<S: SeesDistributors>(
    tx: &Tx<S>,
    distributors: &[DistributorId],
) -> Result<HashMap<DistributorId, String>, RegistryError> {
    store::contacts::main_of_distributors(tx, distributors).await
}

/// Adds a contact to a customer: administrators to any, a distributor to those of its portfolio, a customer to itself.
pub async fn add_to_customer<S: HasRights>(
    tx: &Tx<S>,
    by: &S,
    ground: &Ground,
    customer: CustomerId,
    new: &NewContact,
) -> Result<ContactId, RegistryError> {
    must_change(by, Of::Customer(customer))?;
    let distributor = organisations::customer(tx, customer).await?.distributor;
    add(tx, ground, Some(customer), distributor, new).await
}

/// Adds a contact to a distributor: administrators to any, a distributor to itself.
pub async fn add_to_distributor<S: HasRights + SeesDistributors>(
    tx: &Tx<S>,
    by: &S,
    ground: &Ground,
    distributor: DistributorId,
    new: &NewContact,
) -> Result<ContactId, RegistryError> {
    must_change(by, Of::Distributor(distributor))?;
    organisations::distributor(tx, distributor).await?;
    add(tx, ground, None, Some(distributor), new).await
}

async fn add<S: HasRights>(
    tx: &Tx<S>,
    ground: &Ground,
    customer: Option<CustomerId>,
    distributor: Option<DistributorId>,
    new: &NewContact,
) -> Result<ContactId, RegistryError> {
    let of = match (customer, distributor) {
        (Some(customer), _) => Of::Customer(customer),
        (None, Some(distributor)) => Of::Distributor(distributor),
        (None, None) => return Err(RegistryError::NotFound("organisation")),
    };
    if store::contacts::count(tx, of).await? >= MOST {
        return Err(RegistryError::Conflict(
            "there are a hundred contacts already; remove some",
        ));
    }
    let id = ground.id();
    store::contacts::insert(tx, id, customer, distributor, new, ground.now()).await?;
    Ok(id)
}

/// One contact of an organisation, as the scope sees it.
pub async fn get<S: RegistryScope>(tx: &Tx<S>, of: Of, id: ContactId) -> Result<Contact, RegistryError> {
    store::contacts::get_one(tx, of, id)
        .await?
        .ok_or(RegistryError::NotFound("contact"))
}

/// Changes a contact, for who may add one there.
pub async fn change<S: HasRights>(
    tx: &Tx<S>,
    by: &S,
    of: Of,
    id: ContactId,
    patch: &ContactPatch,
) -> Result<(), RegistryError> {
    must_change(by, of)?;
    let contact = get(tx, of, id).await?;
    let stays = |change: Option<bool>, there: bool| change.unwrap_or(there);
    let has_email = stays(
        patch.email.as_ref().map(|change| change.value().is_some()),
        contact.email.is_some(),
    );
    let has_phone = stays(
        patch.phone.as_ref().map(|change| change.value().is_some()),
        contact.phone.is_some(),
    );
    if !has_email && !has_phone {
        return Err(REACHABLE());
    }
    if store::contacts::change(tx, &contact, patch).await? {
        Ok(())
    } else {
        Err(RegistryError::Conflict(
            "the contact has just changed; look again",
        ))
    }
}

/// Removes a contact, for who may add one there.
pub async fn remove<S: HasRights>(tx: &Tx<S>, by: &S, of: Of, id: ContactId) -> Result<(), RegistryError> {
    must_change(by, of)?;
    if store::contacts::delete(tx, of, id).await? {
        Ok(())
    } else {
        Err(RegistryError::NotFound("contact"))
    }
}

fn must_change<S: HasRights>(by: &S, of: Of) -> Result<(), RegistryError> {
    by.must(match (S::PEOPLE_OF, of) {
        (UserRole::Customer, _) | (UserRole::Distributor, Of::Distributor(_)) => Right::ManageOwnProfile,
        (_, Of::Customer(_)) => Right::ManageCustomers,
        (_, Of::Distributor(_)) => Right::ManageDistributors,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_number_is_one() {
        for good in ["+1 (555) 010-0100", "110", "030/12345 ext. 7", "555.0100"] {
            assert!(Phone::parse("phone", good).is_ok(), "{good}");
        }
        for wrong in ["call me", "++--", "12", "", "+1 555 0100 <script>"] {
            assert!(Phone::parse("phone", wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn somebody_who_cannot_be_reached_is_no_contact() {
        let purpose = ContactPurpose::General;
        assert!(NewContact::typed(purpose, "Pat", None, Some(" ")).is_err());
        assert!(NewContact::typed(purpose, "Pat", None, Some("+1 555 0100")).is_ok());
        assert!(NewContact::typed(purpose, "Pat", Some("pat@example.org"), None).is_ok());
    }
}
