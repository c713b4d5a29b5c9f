//! `GET /cases/new?device=…`, and `POST /cases/new`, which it sends.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use web_templates::{Field, Form, FormPage, Icon};

use super::trouble;
use super::words::{readers, side};
use crate::desk::cases::{About, LONGEST_NOTE, LONGEST_TITLE, NewCase};
use crate::ground::enums::CaseSide;
use crate::ground::ids::{CaseId, CustomerId, DeviceId, HubId};
use crate::http::State;
use crate::http::portal::choose::{self, Offer};
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::local::see;
use crate::http::portal::page::html_with;
use crate::http::portal::sent::{Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::identity::{CallerScope, in_scope};
use crate::registry::{RegistryError, devices, hubs, organisations};
use crate::tenancy::Scope as _;

/// The form, about whatever the address names.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    asked: web::Query<Sent>,
) -> Result<HttpResponse, PageError> {
    let mut page = page(&state, &visitor, &asked).await?;
    let known = match named(&asked)? {
        Some(About::Device(id)) => Some(trouble::device(&state, &visitor, id).await?),
        Some(About::Hub(id)) => Some(trouble::hub(&state, &visitor, id).await?),
        _ => None,
    };
    if let Some(known) = known.filter(|known| !known.verdict.is_well) {
        page.form.fill(&[("text", known.verdict.to_all)]);
    }
    page.form.fill(asked.pairs());
    html_with(StatusCode::OK, &page)
}

/// Opens the case, and leads to it.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    match open(&state, &visitor, &sent).await {
        Ok(id) => Ok(see(&format!("/cases/{id}?said=case-opened"))),
        Err(refused) => {
            let mut page = page(&state, &visitor, &sent).await?;
            let status = refused.show(&mut page.form, &sent)?;
            html_with(status, &page)
        }
    }
}

async fn open(state: &State, visitor: &Visitor, sent: &Sent) -> Result<CaseId, Refused> {
    let about = match named(sent)? {
        Some(about) => about,
        None => chosen(state, visitor, sent).await?,
    };
    let new = NewCase {
        about,
        title: sent.get("title").to_owned(),
        text: sent.maybe("text").map(str::to_owned),
    };
    Ok(state.desk().open(visitor.caller(), new).await?)
}

/// The device or the hub that the address names. What is no id is nobody's.
fn named(sent: &Sent) -> Result<Option<About>, PageError> {
    let unknown = PageError::not_found;
    if let Some(device) = sent.maybe("device") {
        let device: DeviceId = device.parse().map_err(|_| unknown())?;
        return Ok(Some(About::Device(device)));
    }
    let hub = sent.maybe("hub").map(str::parse::<HubId>).transpose();
    Ok(hub.map_err(|_| unknown())?.map(About::Hub))
}

/// The customer that was chosen; else one's own organisation.
async fn chosen(state: &State, visitor: &Visitor, sent: &Sent) -> Result<About, Refused> {
    let customer: Option<CustomerId> = in_scope!(visitor.caller(), scope => {
        scope.run(state.database(), async |tx| choose::customer(tx, sent, "customer").await).await
    })?;
    match (customer, visitor.scope()) {
        (Some(customer), _) => Ok(About::Customer(customer)),
        (None, CallerScope::Distributor(_) | CallerScope::Customer(_)) => Ok(About::Own),
        (None, _) => Err(Refused::at("customer", "Choose a customer.")),
    }
}

/// What the form is about.
#[derive(Default)]
struct Subject {
    /// The device's serial or the hub's name, where the address names one.
    name: Option<String>,
    /// Whose it is; for who chooses among customers, what stands for the one that is chosen.
    customer: Option<String>,
    has_distributor: bool,
    /// The customers to choose from.
    offer: Offer,
}

async fn subject(state: &State, visitor: &Visitor, about: Option<About>) -> Result<Subject, PageError> {
    let side = side(visitor);
    let found = in_scope!(visitor.caller(), scope => {
        scope
            .run(state.database(), async |tx| {
                Ok::<_, RegistryError>(match (about, visitor.scope()) {
                    (Some(About::Device(id)), _) => {
                        let device = devices::get(tx, id).await?;
                        Subject {
                            name: Some(device.serial),
                            customer: device.customer_name,
                            has_distributor: device.distributor.is_some(),
                            ..Subject::default()
                        }
                    }
                    (Some(About::Hub(id)), _) => {
                        let hub = hubs::get(tx, id).await?;
                        Subject {
                            name: Some(hub.name),
                            customer: hub.customer_name,
                            has_distributor: hub.distributor.is_some(),
                            ..Subject::default()
                        }
                    }
                    (_, CallerScope::Customer(own)) => Subject {
                        has_distributor: organisations::customer(tx, own.id()).await?.distributor.is_some(),
                        ..Subject::default()
                    },
                    _ => Subject {
                        customer: Some(match side {
                            CaseSide::Distributor => "The customer, where you choose one,".to_owned(),
                            // Who is chosen may be the platform's own.
                            _ => "The customer, and its distributor if it has one,".to_owned(),
                        }),
                        has_distributor: false,
                        offer: Offer::customers(tx).await?,
                        ..Subject::default()
                    },
                })
            })
            .await
    })?;
    Ok(found)
}

async fn page(state: &State, visitor: &Visitor, sent: &Sent) -> Result<FormPage, PageError> {
    let subject = subject(state, visitor, named(sent)?).await?;
    let readers = readers(
        side(visitor),
        subject.customer.as_deref(),
        subject.has_distributor,
    );
    let mut fields = Vec::new();
    if subject.name.is_none() && side(visitor) != CaseSide::Customer {
        let first = match side(visitor) {
            CaseSide::Distributor => "Your own organization",
            _ => "Choose a customer …",
        };
        fields.push(subject.offer.field("customer", "About", first, ""));
    }
    fields.push(
        Field::text("title", "What is the matter")
            .required()
            .placeholder("Nothing arrives since Tuesday")
            .hint(format!("{readers} At most {LONGEST_TITLE} characters.")),
    );
    fields
        .push(Field::area("text", "Say more").hint(format!("{readers} At most {LONGEST_NOTE} characters.")));
    let mut form = Form::new("/cases/new", visitor.csrf(state), "Open the case")
        .icon(Icon::Cases)
        .cancel("/cases")
        .fields(fields);
    for name in ["device", "hub"] {
        if let Some(id) = sent.maybe(name) {
            form = form.hidden(name, id);
        }
    }
    let title = match &subject.name {
        Some(name) => format!("Open a case about {name}"),
        None => "Open a case".to_owned(),
    };
    let counts = visitor.counts(state).await?;
    let mut frame = frame(state, visitor, Place::Cases, &title, &counts);
    frame.crumbs = vec![crumb("Cases", "/cases")];
    let page = FormPage::new(frame, "A question, or something that does not work.", form);
    Ok(page.help(
        "Who reads it",
        "Whoever holds it now, their distributor if any, and the platform. It stays with them when the device moves on.",
    ))
}
