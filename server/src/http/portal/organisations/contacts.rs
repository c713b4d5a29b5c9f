//! An organisation's contacts: adding one and removing one, on its page.

use web_templates::{Action, Choice, Field, Form, Icon};

use super::purpose;
use crate::ground::enums::ContactPurpose;
use crate::ground::ids::ContactId;
use crate::http::State;
use crate::http::portal::sent::{Faults, Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::registry::contacts::{self, Contact, NewContact, Of};
use crate::registry::organisations::SeesDistributors;
use crate::registry::{HasRights, RegistryError};
use crate::tenancy::Tx;

/// What can be done about the contacts of the organisation whose page is `base`.
pub(in crate::http::portal) fn contact_actions(
    state: &State,
    visitor: &Visitor,
    base: &str,
    all: &[Contact],
) -> Vec<Action> {
    let csrf = visitor.csrf(state);
    let add = Form::new(format!("{base}/contacts"), &csrf, "Add the contact").fields(fields(None));
    let mut actions = vec![Action::ask("Add a contact", add).icon(Icon::Add)];
    if !all.is_empty() {
        let names = all
            .iter()
            .map(|contact| Choice::new(contact.id.to_string(), &contact.name, false));
        let remove = Form::new(format!("{base}/contacts/remove"), &csrf, "Remove the contact")
            .danger()
            .fields(vec![Field::select("contact", "Contact", names.collect())]);
        actions.push(Action::ask("Remove a contact", remove));
    }
    actions
}

/// The fields of a contact, with what is known of it.
pub(super) fn fields(known: Option<&Contact>) -> Vec<Field> {
    let chosen = known.map_or(ContactPurpose::General, |contact| contact.purpose);
    let purposes = ContactPurpose::ALL
        .iter()
        .map(|word| Choice::new(word.as_str(), purpose(*word), *word == chosen));
    let text = |of: fn(&Contact) -> Option<&String>| known.and_then(of).cloned().unwrap_or_default();
    vec![
        Field::text("name", "Name")
            .value(text(|contact| Some(&contact.name)))
            .required(),
        Field::select("purpose", "For", purposes.collect()),
        Field::email("email", "Email").value(text(|contact| contact.email.as_ref())),
        Field::phone("phone", "Telephone").value(text(|contact| contact.phone.as_ref())),
    ]
}

/// A change of contacts that was sent.
#[derive(Debug)]
pub(in crate::http::portal) struct Contacts<'a> {
    /// Whose.
    pub(in crate::http::portal) of: Of,
    /// What was typed.
    pub(in crate::http::portal) sent: &'a Sent,
}

impl Contacts<'_> {
    /// Adds the contact that was typed to a customer.
    pub(in crate::http::portal) async fn add<S: HasRights>(
        &self,
        tx: &Tx<S>,
        by: &S,
        state: &State,
    ) -> Result<(), Refused> {
        let new = self.typed()?;
        match self.of {
            Of::Customer(id) => contacts::add_to_customer(tx, by, state.ground(), id, &new).await?,
            Of::Distributor(_) => return Err(RegistryError::NotFound("organisation").into()),
        };
        Ok(())
    }

    /// The same to a distributor.
    pub(in crate::http::portal) async fn add_to_distributor<S: HasRights + SeesDistributors>(
        &self,
        tx: &Tx<S>,
        by: &S,
        state: &State,
    ) -> Result<(), Refused> {
        let new = self.typed()?;
        match self.of {
            Of::Distributor(id) => contacts::add_to_distributor(tx, by, state.ground(), id, &new).await?,
            Of::Customer(_) => return Err(RegistryError::NotFound("organisation").into()),
        };
        Ok(())
    }

    /// Removes the one that was chosen.
    pub(in crate::http::portal) async fn remove<S: HasRights>(
        &self,
        tx: &Tx<S>,
        by: &S,
    ) -> Result<(), Refused> {
        let Ok(id) = self.sent.get("contact").parse::<ContactId>() else {
            return Err(Refused::at("contact", "Choose a contact."));
        };
        match contacts::remove(tx, by, self.of, id).await {
            // Somebody else was faster: it is gone, as was wanted.
            Ok(()) | Err(RegistryError::NotFound("contact")) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn typed(&self) -> Result<NewContact, Refused> {
        let mut faults = Faults::default();
        let purpose = self.sent.get("purpose").parse::<ContactPurpose>();
        let unsaid = |_| Refused::at("purpose", "Choose what one asks them about.");
        let purpose = faults.note(purpose.map_err(unsaid));
        let (name, email, phone) = (
            self.sent.get("name"),
            self.sent.maybe("email"),
            self.sent.maybe("phone"),
        );
        let of = purpose.unwrap_or(ContactPurpose::General);
        match faults.note(NewContact::typed(of, name, email, phone)) {
            Some(new) => faults.told().map(|()| new),
            None => Err(faults.refuse()),
        }
    }
}
