//! A case begins.

use super::letters::{Named, News};
use super::rules;
use crate::desk::store::{self, Line};
use crate::desk::{Desk, must};
use crate::ground::enums::CaseVisibility;
use crate::ground::ids::{CaseId, CustomerId, DeviceId, DistributorId, HubId};
use crate::identity::{Caller, CallerScope, in_scope};
use crate::registry::{RegistryError, both, devices, hubs, organisations};
use crate::tenancy::{Right, Scope as _, SystemScope};

/// What a case is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// A device that the caller sees.
    Device(DeviceId),
    /// A hub that the caller sees.
    Hub(HubId),
    /// A customer that the caller sees.
    Customer(CustomerId),
    /// The caller's own organisation.
    Own,
}

/// A case to open.
#[derive(Debug, Clone)]
pub struct NewCase {
    /// What it is about.
    pub about: About,
    /// What is the matter, 1 to 200 characters.
    pub title: String,
    /// The first note, which everybody reads; 1 to 4,000 characters where there is one.
    pub text: Option<String>,
}

/// What a case is about, looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::desk) struct Subject {
    pub(in crate::desk) distributor: Option<DistributorId>,
    pub(in crate::desk) customer: Option<CustomerId>,
    pub(in crate::desk) device: Option<DeviceId>,
    pub(in crate::desk) hub: Option<HubId>,
    pub(in crate::desk) name: String,
}

impl Subject {
    fn of(name: String, customer: Option<CustomerId>, distributor: Option<DistributorId>) -> Self {
        Self {
            distributor,
            customer,
            device: None,
            hub: None,
            name,
        }
    }
}

impl Desk<'_> {
    /// Opens a case about something that the caller sees. It is of whoever holds that now; those who may answer it are told
    /// by mail.
    pub async fn open(&self, by: &Caller, new: NewCase) -> Result<CaseId, RegistryError> {
        must(by, Right::OpenCases)?;
        let NewCase { about, title, text } = new;
        let text = text.map(|text| rules::note(&text)).transpose();
        let (title, text) = both(rules::title(&title), text)?;
        let subject = self.subject(by, about).await?;
        self.rate.write(by)?;
        let (id, now) = (self.ground.id(), self.ground.now());
        SystemScope::for_purpose("open a case about something that the caller sees")
            .run(self.database, async |tx| {
                // What has changed hands since is no longer the caller's to ask about.
                store::cases::system_hold(tx, &subject).await?;
                let number = store::cases::system_insert(tx, id, &subject, &title, by, now).await?;
                if let Some(text) = text {
                    let line = Line::note(text, CaseVisibility::Everybody);
                    store::notes::system_insert(tx, (self.ground.id(), id), &line, by, now).await?;
                }
                let readers = store::people::system_waited_for(tx, id, by.person.id).await?;
                let news = (Named { id, number }, News::Opened);
                self.system_tell(tx, readers, news, &by.person).await
            })
            .await?;
        self.post.hurry();
        Ok(id)
    }

    async fn subject(&self, by: &Caller, about: About) -> Result<Subject, RegistryError> {
        let about = match (about, &by.scope) {
            (About::Own, CallerScope::Customer(scope)) => About::Customer(scope.id()),
            (about, _) => about,
        };
        in_scope!(by, scope => {
            scope
                .run(self.database, async |tx| match about {
                    About::Device(id) => {
                        let device = devices::get(tx, id).await?;
                        let subject = Subject::of(device.serial, device.customer, device.distributor);
                        Ok(Subject { device: Some(id), ..subject })
                    }
                    About::Hub(id) => {
                        let hub = hubs::get(tx, id).await?;
                        let subject = Subject::of(hub.name, hub.customer, hub.distributor);
                        Ok(Subject { hub: Some(id), ..subject })
                    }
                    About::Customer(id) => {
                        let customer = organisations::customer(tx, id).await?;
                        Ok(Subject::of(customer.name, Some(id), customer.distributor))
                    }
                    About::Own => own(by),
                })
                .await
        })
    }
}

/// A distributor itself; a customer is one that it sees, and the platform asks itself nothing.
fn own(by: &Caller) -> Result<Subject, RegistryError> {
    match &by.scope {
        CallerScope::Distributor(scope) => {
            let name = by.person.organisation.clone().unwrap_or_default();
            Ok(Subject::of(name, None, Some(scope.id())))
        }
        _ => Err(RegistryError::Invalid {
            field: "about",
            why: "must name a device, a hub or a customer".to_owned(),
        }),
    }
}
