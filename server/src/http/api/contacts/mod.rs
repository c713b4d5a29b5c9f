//! Whom one writes to or calls: at a customer, at a distributor, in one's own organisation.

mod of_customer;
mod of_distributor;
mod own;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::given::{Given, given, text};
use crate::ground::enums::ContactPurpose;
use crate::ground::ids::ContactId;
use crate::http::problem::Problem;
use crate::registry::contacts::{Contact, ContactPatch, NewContact};
use crate::registry::faults::whole;
use crate::registry::{Change, Typed as _};

pub(super) fn operations(cfg: &mut ServiceConfig) {
    cfg.service(of_customer::list)
        .service(of_customer::add)
        .service(of_customer::change)
        .service(of_customer::remove)
        .service(of_distributor::list)
        .service(of_distributor::add)
        .service(of_distributor::change)
        .service(of_distributor::remove)
        .service(own::list)
        .service(own::add)
        .service(own::change)
        .service(own::remove);
}

#[derive(Serialize, ToSchema)]
#[schema(as = Contact)]
struct Out {
    id: ContactId,
    /// What one asks them about.
    purpose: ContactPurpose,
    name: String,
    #[schema(required)]
    email: Option<String>,
    #[schema(required)]
    phone: Option<String>,
    created_at: DateTime<Utc>,
}

impl From<Contact> for Out {
    fn from(contact: Contact) -> Self {
        let Contact {
            id,
            purpose,
            name,
            email,
            phone,
            created_at,
        } = contact;
        Self {
            id,
            purpose,
            name,
            email,
            phone,
            created_at,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContactIn)]
struct In {
    /// What one asks them about.
    purpose: ContactPurpose,
    #[schema(max_length = 200)]
    name: String,
    /// This or a telephone number is needed.
    email: Option<String>,
    phone: Option<String>,
}

impl In {
    fn typed(self) -> Result<NewContact, Problem> {
        let Self {
            purpose,
            name,
            email,
            phone,
        } = self;
        Ok(NewContact::typed(
            purpose,
            &name,
            email.as_deref(),
            phone.as_deref(),
        )?)
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContactPatch)]
struct Patch {
    purpose: Option<ContactPurpose>,
    name: Option<String>,
    /// Null takes it away, where there is a telephone number.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    email: Given<String>,
    /// Null takes it away, where there is an address for mail.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    phone: Given<String>,
}

impl Patch {
    fn typed(self) -> Result<ContactPatch, Problem> {
        let Self {
            purpose,
            name,
            email,
            phone,
        } = self;
        let name = name
            .as_deref()
            .map(|name| crate::registry::Name::parse("name", name));
        Ok(whole!(ContactPatch {
            purpose: Ok(purpose),
            name: name.transpose(),
            email: Change::typed("email", text(email.as_ref())),
            phone: Change::typed("phone", text(phone.as_ref())),
        })?)
    }
}
