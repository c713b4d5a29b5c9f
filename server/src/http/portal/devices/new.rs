//! `GET /devices/new`, `POST /devices/new`: a device to be added, into stock or for a customer.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use vitals::{DeviceKey, Serial};
use web_templates::{Choice, Field, Form, FormPage, Icon};

use super::numbers;
use crate::ground::ids::{DeviceId, DeviceModelId};
use crate::http::State;
use crate::http::portal::choose::{self, Offer};
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::local::{see, with_query};
use crate::http::portal::once;
use crate::http::portal::page::html_with;
use crate::http::portal::sent::{Faults, Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::registry::devices::{self, NewDevice};
use crate::registry::models::{self, DeviceModel};
use crate::registry::overview;
use crate::registry::{Ask, Reference, Typed as _, tokens};
use crate::tenancy::{AdminScope, Scope as _, Tx};

/// Models that are offered.
const MODELS: u16 = 1_000;

/// The form.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    prefilled: web::Query<Sent>,
) -> Result<HttpResponse, PageError> {
    let mut page = page(&state, &visitor, &Sent::default()).await?;
    page.form.fill(prefilled.pairs());
    html_with(StatusCode::OK, &page)
}

/// Leads to the new device's page, with its token where one was asked for.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    let id = match add(&state, &visitor, &sent).await {
        Ok(id) => id,
        Err(refused) => {
            let mut page = page(&state, &visitor, &sent).await?;
            let status = refused.show(&mut page.form, &sent)?;
            return html_with(status, &page);
        }
    };
    if sent.maybe("issue_token").is_some() {
        let token = tokens::issue(state.ground(), state.database(), visitor.admin()?, id).await?;
        return Ok(once::lead(
            &state,
            &visitor,
            &format!("/devices/{id}/about"),
            token.expose(),
        ));
    }
    Ok(see(&with_query(
        &format!("/devices/{id}"),
        &[("said", "device-added")],
    )))
}

async fn add(state: &State, visitor: &Visitor, sent: &Sent) -> Result<DeviceId, Refused> {
    let scope = visitor.admin()?;
    scope
        .run(state.database(), async |tx| {
            let new = typed(tx, sent).await?;
            Ok(devices::create(tx, scope, state.ground(), new).await?)
        })
        .await
}

async fn typed(tx: &Tx<AdminScope>, sent: &Sent) -> Result<NewDevice, Refused> {
    let mut faults = Faults::default();
    let model = match sent.get("model").parse::<DeviceModelId>() {
        Ok(model) => Some(models::get(tx, model).await?),
        Err(_) => faults.note(Err(Refused::at("model", "Choose a model."))),
    };
    let serial = sent.get("serial").parse::<Serial>();
    let serial = serial.map_err(|error| Refused::at("serial", format!("This is no serial: {error}.")));
    let serial = faults.note(serial);
    let numbers = faults.note(numbers::typed(sent));
    let reference = faults.note(Reference::maybe(
        "customer_reference",
        sent.maybe("customer_reference"),
    ));
    let distributor = faults.note(choose::distributor(tx, sent, "distributor").await);
    let customer = faults.note(choose::customer(tx, sent, "customer").await);
    if sent.maybe("issue_token").is_some() && sent.maybe("customer").is_some() {
        let words = "The customer's own people issue the token of a device that is with them.";
        faults.note::<()>(Err(Refused::at("issue_token", words)));
    }
    faults.told()?;
    let (Some(model), Some(serial), Some(numbers)) = (model, serial, numbers) else {
        return Err(PageError::bad_request().into());
    };
    let key = DeviceKey::parse(&model.maker, serial.as_str());
    Ok(NewDevice {
        key: key.map_err(|error| Refused::at("serial", format!("This is no serial: {error}.")))?,
        model: model.id,
        customer: customer.flatten(),
        distributor: distributor.flatten(),
        customer_reference: reference.flatten().map(|word| word.to_string()),
        numbers,
        assigned_since: None,
        state: None,
    })
}

async fn page(state: &State, visitor: &Visitor, sent: &Sent) -> Result<FormPage, PageError> {
    let now = state.ground().now();
    let (models, customers, distributors, counts) = visitor
        .admin()?
        .run(state.database(), async |tx| {
            let models = models::list(tx, &Ask::first(MODELS)).await?.rows;
            let (customers, distributors) = (Offer::customers(tx).await?, Offer::distributors(tx).await?);
            Ok::<_, PageError>((models, customers, distributors, overview::counts(tx, now).await?))
        })
        .await?;
    let token = Field::check(
        "issue_token",
        "Issue a token now",
        sent.maybe("issue_token").is_some(),
    )
    .hint("It is shown once, on the next page. A device behind a hub needs none; one that goes to a customer gets it there.");
    let mut which = vec![
        Field::select("model", "Model", choices(&models)).required(),
        Field::code("serial", "Serial").required().placeholder("D000017"),
    ];
    which.extend(numbers::empty());
    let holder = vec![
        distributors.field(
            "distributor",
            "Distributor's stock",
            "The platform's own stock",
            "",
        ),
        customers
            .field("customer", "Customer", "Nobody yet", "")
            .hint("It is active there at once, in the portfolio of the customer's distributor."),
        Field::text("customer_reference", "The customer's reference")
            .placeholder("bed 3")
            .hint("No patient's name."),
    ];
    let form = Form::new("/devices/new", visitor.csrf(state), "Add the device")
        .icon(Icon::Add)
        .cancel("/devices")
        .section("Which it is", which)
        .section("Where it goes", holder)
        .section("Its token", vec![token]);
    let mut frame = frame(state, visitor, Place::Devices, "Add a device", &counts);
    frame.crumbs = vec![crumb("Devices", "/devices")];
    let lead = "Maker and serial are what it is known by for ever.";
    Ok(FormPage::new(frame, lead, form)
        .help(
            "Many at once?",
            "Import a file of comma-separated values: it is checked line by line first.",
        )
        .help(
            "Its model is not there?",
            "Add it under Models first: who makes it, what it measures, how it sends.",
        ))
}

/// The models to choose among, each with what it measures.
pub(in crate::http::portal) fn choices(models: &[DeviceModel]) -> Vec<Choice> {
    let named = |model: &DeviceModel| {
        let kinds: Vec<String> = model
            .kinds
            .iter()
            .map(|kind| kind.label().to_lowercase())
            .collect();
        let words = format!("{} {} · {}", model.maker, model.name, kinds.join(", "));
        Choice::new(model.id.to_string(), words, false)
    };
    let first = Choice::new("", "Choose a model …", true);
    std::iter::once(first).chain(models.iter().map(named)).collect()
}
