//! `GET` and `POST …/contacts/{contact}`: a contact of a customer, of a distributor or of one's own organisation is changed.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use web_templates::{Form, FormPage};

use super::contacts::fields;
use crate::ground::enums::ContactPurpose;
use crate::ground::ids::ContactId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::local::see;
use crate::http::portal::page::html_with;
use crate::http::portal::sent::{Faults, Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;
use crate::registry::contacts::{self, Contact, ContactPatch, Of};
use crate::registry::faults::whole;
use crate::registry::{Change, Name, Typed as _};
use crate::tenancy::Scope as _;

/// Which contact, and whose page it stands on.
#[derive(Debug)]
pub(in crate::http::portal) struct OneContact {
    pub(in crate::http::portal) of: Of,
    pub(in crate::http::portal) id: ContactId,
    /// The organisation's page.
    pub(in crate::http::portal) base: String,
    pub(in crate::http::portal) place: Place,
}

impl OneContact {
    /// The form with what is known.
    pub(in crate::http::portal) async fn show(
        &self,
        state: &State,
        visitor: &Visitor,
    ) -> Result<HttpResponse, PageError> {
        html_with(StatusCode::OK, &self.page(state, visitor).await?)
    }

    /// Saves what was typed, and leads back to the organisation.
    pub(in crate::http::portal) async fn save(
        &self,
        state: &State,
        visitor: &Visitor,
        sent: &Sent,
    ) -> Result<HttpResponse, PageError> {
        visitor.check_csrf(state, sent.get("csrf"))?;
        match self.change(state, visitor, sent).await {
            Ok(()) => Ok(see(&format!("{}?said=saved", self.base))),
            Err(refused) => {
                let mut page = self.page(state, visitor).await?;
                let status = refused.show(&mut page.form, sent)?;
                html_with(status, &page)
            }
        }
    }

    async fn change(&self, state: &State, visitor: &Visitor, sent: &Sent) -> Result<(), Refused> {
        let patch = patch(sent)?;
        Ok(in_scope!(visitor.caller(), scope => {
            scope
                .run(state.database(), async |tx| contacts::change(tx, scope, self.of, self.id, &patch).await)
                .await
        })?)
    }

    async fn page(&self, state: &State, visitor: &Visitor) -> Result<FormPage, PageError> {
        let contact: Contact = in_scope!(visitor.caller(), scope => {
            scope
                .run(state.database(), async |tx| contacts::get(tx, self.of, self.id).await)
                .await
        })?;
        let path = format!("{}/contacts/{}", self.base, self.id);
        let form = Form::new(path, visitor.csrf(state), "Save")
            .cancel(&self.base)
            .fields(fields(Some(&contact)));
        let title = format!("Change {}", contact.name);
        let counts = visitor.counts(state).await?;
        let mut frame = frame(state, visitor, self.place, &title, &counts);
        frame.crumbs = match self.of {
            _ if self.place == Place::Organisation => vec![crumb("Your organization", &self.base)],
            Of::Customer(_) => vec![
                crumb("Customers", "/customers"),
                crumb("The customer", &self.base),
            ],
            Of::Distributor(_) => vec![
                crumb("Distributors", "/distributors"),
                crumb("The distributor", &self.base),
            ],
        };
        Ok(FormPage::new(frame, "", form))
    }
}

/// Every field was there, so an empty one takes away what is known.
fn patch(sent: &Sent) -> Result<ContactPatch, Refused> {
    let mut faults = Faults::default();
    let purpose = sent.get("purpose").parse::<ContactPurpose>();
    let unsaid = |_| Refused::at("purpose", "Choose what one asks them about.");
    let purpose = faults.note(purpose.map_err(unsaid));
    let patch = whole!(ContactPatch {
        purpose: Ok(purpose),
        name: Name::parse("name", sent.get("name")).map(Some),
        email: Change::typed("email", Some(sent.maybe("email"))),
        phone: Change::typed("phone", Some(sent.maybe("phone"))),
    });
    let patch = faults.note(patch);
    match patch {
        Some(patch) => faults.told().map(|()| patch),
        None => Err(faults.refuse()),
    }
}
