//! `GET /cases/new?device=…`, and `POST /cases/new`, which it sends.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use web_templates::{Field, Form, FormPage, Icon};

use super::trouble;
use crate::desk::cases::{About, LONGEST_NOTE, LONGEST_TITLE, NewCase};
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
use crate::registry::{RegistryError, devices, hubs};
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

async fn page(state: &State, visitor: &Visitor, sent: &Sent) -> Result<FormPage, PageError> {
    let about = named(sent)?;
    let (subject, offer) = in_scope!(visitor.caller(), scope => {
        scope
            .run(state.database(), async |tx| {
                Ok::<_, RegistryError>(match about {
                    Some(About::Device(id)) => (Some(devices::get(tx, id).await?.serial), Offer::default()),
                    Some(About::Hub(id)) => (Some(hubs::get(tx, id).await?.name), Offer::default()),
                    _ if scope_is_customer(visitor) => (None, Offer::default()),
                    _ => (None, Offer::customers(tx).await?),
                })
            })
            .await
    })?;
    let mut fields = Vec::new();
    if subject.is_none() && !scope_is_customer(visitor) {
        let first = match visitor.scope() {
            CallerScope::Distributor(_) => "Your own organization",
            _ => "Choose a customer …",
        };
        fields.push(offer.field("customer", "About", first, ""));
    }
    fields.push(
        Field::text("title", "What is the matter")
            .required()
            .placeholder("Nothing arrives since Tuesday")
            .hint(format!("At most {LONGEST_TITLE} characters. No patient’s name.")),
    );
    fields.push(Field::area("text", "Say more").hint(format!(
        "At most {LONGEST_NOTE} characters; everybody who may see the case reads it. No patient data."
    )));
    let mut form = Form::new("/cases/new", visitor.csrf(state), "Open the case")
        .icon(Icon::Cases)
        .cancel("/cases")
        .fields(fields);
    for name in ["device", "hub"] {
        if let Some(id) = sent.maybe(name) {
            form = form.hidden(name, id);
        }
    }
    let title = match &subject {
        Some(subject) => format!("Open a case about {subject}"),
        None => "Open a case".to_owned(),
    };
    let counts = visitor.counts(state).await?;
    let mut frame = frame(state, visitor, Place::Cases, &title, &counts);
    frame.crumbs = vec![crumb("Cases", "/cases")];
    let page = FormPage::new(frame, "A question, or something that does not work.", form);
    Ok(page.help(
        "Who reads it",
        "Whoever holds it now, their distributor and the platform. It stays with them when the device moves on.",
    ))
}

fn scope_is_customer(visitor: &Visitor) -> bool {
    matches!(visitor.scope(), CallerScope::Customer(_))
}
